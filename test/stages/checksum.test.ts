import { describe, expect, it } from "vitest";
import { memoryStage } from "../../src/engines/memory/stage.ts";
import { checksum, getVerified } from "../../src/stages/checksum.ts";

describe("bytes that were checked in", () => {
  it("are corrupt where they were changed or are gone, which a client is not to take for an unknown key", async () => {
    const stage = memoryStage();
    const bytes = Uint8Array.of(1, 2, 3);
    await stage.put("a", bytes);
    const get = (path: string, sha256: string) => getVerified(stage, path, sha256, "it was stored");
    expect(await get("a", checksum(bytes))).toEqual(bytes);
    await expect(get("a", checksum("other"))).rejects.toMatchObject({
      kind: "corrupt",
      message: "a was changed after it was stored",
    });
    await expect(get("b", checksum(bytes))).rejects.toMatchObject({
      kind: "corrupt",
      message: "b is not on the stage any more; restore it from a backup",
    });
  });
});
