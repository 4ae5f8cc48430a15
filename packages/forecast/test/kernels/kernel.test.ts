import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { compileKernels } from "../../../../scripts/build-kernels.js";
import compiled from "../../src/kernels/compiled/conditional.ts";
import { openKernel } from "../../src/kernels/kernel.ts";

describe("a kernel", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
  });

  it("has the bytes that its source compiles to", async () => {
    for (const [file, text] of await compileKernels()) expect(readFileSync(file, "utf8") === text, file).toBe(true);
  });

  it("is left out where the engine has no WebAssembly, refuses these bytes, or is told to", () => {
    expect(openKernel(compiled)).toBeDefined();
    expect(openKernel("AGFzbQEAAAABBAFgAAE=")).toBeUndefined();
    vi.stubGlobal("WebAssembly", undefined);
    expect(openKernel(compiled)).toBeUndefined();
    vi.unstubAllGlobals();
    vi.stubEnv("MANYMODEL_KERNELS", "typescript");
    expect(openKernel(compiled)).toBeUndefined();
  });
});
