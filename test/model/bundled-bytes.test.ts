import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { bundleDefinition, loadDefinition } from "../../src/model/bundle.ts";
import { temporaryFolder } from "../workspace.ts";

it.each(["wasm", "onnx", "bin"])("a definition's .%s file travels inside its bundle, byte by byte", async (ending) => {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, `weights.${ending}`), Uint8Array.of(0, 97, 255, 128));
  const file = path.join(folder, "mine.js");
  await writeFile(
    file,
    `import bytes from "./weights.${ending}";
export default { fit: () => ({ model: { bytes: Array.from(bytes) } }) };`,
  );
  const { bytes, sha256, name } = await bundleDefinition(file);
  const definition = await loadDefinition(bytes, sha256, name);
  expect(definition.fit({} as never)).toEqual({ model: { bytes: [0, 97, 255, 128] } });
});
