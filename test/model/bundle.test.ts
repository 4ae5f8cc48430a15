import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { bundleDefinition, loadDefinition } from "../../src/model/bundle.ts";
import { compilePredictFunction } from "../../src/table-function/compile-function.ts";
import { temporaryFolder } from "../workspace.ts";

/** Writes files, and returns the path of the first. */
async function written(files: { readonly [name: string]: string }): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  return path.join(folder, Object.keys(files)[0] ?? "");
}

async function loaded(file: string, external: readonly string[] = []) {
  const { bytes, sha256, name } = await bundleDefinition(file, external);
  return loadDefinition(bytes, sha256, name);
}

const ADDON = {
  "node_modules/addon/package.json": '{ "name": "addon", "main": "index.js" }',
  "node_modules/addon/index.js": 'module.exports = require("./build/addon.node");',
  "node_modules/addon/build/addon.node": "",
};

describe("a definition's packages", () => {
  it("are kept whole, even where one declares that importing it changes nothing", async () => {
    const definition = await loaded(
      await written({
        "mine.js": 'import "registers"; export default { fit: () => ({ model: { is: globalThis.registered } }) };',
        "node_modules/registers/package.json": '{ "name": "registers", "main": "index.js", "sideEffects": false }',
        "node_modules/registers/index.js": "globalThis.registered = true;",
      }),
    );
    onTestFinished(() => {
      Reflect.deleteProperty(globalThis, "registered");
    });
    expect(definition.fit({} as never)).toEqual({ model: { is: true } });
  });

  it("with native code are refused, naming the remedy", async () => {
    const file = await written({
      "mine.js": 'import "addon"; export default { fit: () => ({ model: {} }) };',
      ...ADDON,
    });
    await expect(bundleDefinition(file)).rejects.toThrow(
      /addon\.node.*native code; list its package in model.external, and install it where workers run/s,
    );
  });

  it("that are external are found where the process runs, under any of their entries", async () => {
    const file = await written({
      "mine.js": `import { double } from "addon"; import half from "addon/half.js";
        export default { fit: () => ({ model: { n: half(double(5)) } }) };`,
      "node_modules/addon/package.json": '{ "name": "addon" }',
      "node_modules/addon/index.js": "exports.double = (n) => 2 * n;",
      "node_modules/addon/half.js": "module.exports = (n) => n / 2;",
    });
    const before = process.cwd();
    onTestFinished(() => process.chdir(before));
    process.chdir(path.dirname(file));
    const { bytes } = await bundleDefinition(file, ["addon"]);
    expect(new TextDecoder().decode(bytes)).not.toContain("2 * n");
    expect((await loaded(file, ["addon"])).fit({} as never)).toEqual({ model: { n: 5 } });
    await expect(compilePredictFunction(bytes, "mine")).rejects.toThrow(
      "a table function has no package addon (model.external); set snowflake.scoring: client",
    );
  });

  it("that are external and not installed are refused when the run is planned", async () => {
    const file = await written({ "mine.js": 'import x from "absent"; export default { fit: () => ({ model: x }) };' });
    await expect(bundleDefinition(file, ["absent"])).rejects.toThrow(
      /the package absent \(model.external\) is not installed where this process runs, .*in the image of the fleet/,
    );
  });
});

describe("files that a module looks for in its own folder", () => {
  const FIT = "export default { fit: () => ({ model: {} }) };";

  it("are refused when the run is planned, since they do not travel", async () => {
    const definition = await written({
      "mine.js": `import { readFileSync } from "node:fs";
        export default { fit: () => ({ model: {} }), predict: () => readFileSync(new URL("./weights.txt", import.meta.url)) };`,
      "weights.txt": "1",
    });
    await expect(bundleDefinition(definition)).rejects.toThrow(
      /mine.js looks for weights.txt in its own folder, which does not/,
    );
    const packaged = await written({
      "mine.js": `import { run } from "engine"; ${FIT} export { run };`,
      "node_modules/engine/package.json": '{ "name": "engine", "type": "module", "main": "index.js" }',
      "node_modules/engine/index.js":
        'const name = "engine.mjs"; export const run = () => import(new URL(name, import.meta.url).href);',
      "node_modules/engine/engine.mjs": "",
    });
    await expect(bundleDefinition(packaged)).rejects.toThrow(/engine[\\/]index.js looks for engine.mjs/);
  });

  it("are no problem where one of them is imported as bytes, or is not there", async () => {
    const files = {
      "node_modules/engine/package.json": '{ "name": "engine", "type": "module", "main": "index.js" }',
      "node_modules/engine/index.js":
        'export const run = (bytes) => bytes ?? [new URL("engine.wasm", import.meta.url), new URL("worker.mjs", import.meta.url)];',
    };
    const bare = await written({ "mine.js": `import { run } from "engine"; ${FIT} export { run };`, ...files });
    await expect(bundleDefinition(bare)).resolves.toMatchObject({ name: "mine" });
    const both = await written({
      "mine.js": `import { run } from "engine"; import wasm from "engine/engine.wasm"; ${FIT} export const bytes = run(wasm);`,
      ...files,
      "node_modules/engine/engine.wasm": "\0asm",
      "node_modules/engine/worker.mjs": "",
    });
    await expect(bundleDefinition(both)).resolves.toMatchObject({ name: "mine" });
  });
});

it("save without load is refused", async () => {
  const file = await written({ "mine.js": "export default { fit: () => ({ model: {} }), save: (model) => model };" });
  await expect(bundleDefinition(file)).rejects.toThrow("mine.js has save, but no load");
});
