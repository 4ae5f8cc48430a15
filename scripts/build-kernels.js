/**
 * Compiles the kernels, `packages/forecast/kernels/NAME.ts` in AssemblyScript, to WebAssembly. Each becomes a module of the
 * sources, `packages/forecast/src/kernels/compiled/NAME.ts`, that holds its bytes as text. The same sources and compiler
 * give the same bytes, and a test compares them: `npm run build:kernels` after a change.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const folder = fileURLToPath(new URL("../packages/forecast/kernels/", import.meta.url));
const target = fileURLToPath(new URL("../packages/forecast/src/kernels/compiled/", import.meta.url));

/** No `fast-math`, no relaxed SIMD: the bits are those of the same operations in JavaScript. */
const OPTIONS = "--optimizeLevel 3 --converge --noAssert --runtime stub --enable simd --initialMemory 1".split(" ");

/** Compiles every kernel. Returns the text of each module by its file. */
export async function compileKernels() {
  const compiled = new Map();
  for (const file of readdirSync(folder).filter((name) => /(?<!\.d)\.ts$/.test(name)))
    compiled.set(path.join(target, file), moduleOf(await compile(file)));
  return compiled;
}

/** Compiles one kernel to its bytes. */
async function compile(file) {
  const files = new Map();
  const { error, stderr } = await asc.main([file, "--outFile", "kernel.wasm", ...OPTIONS], {
    readFile: (name) => {
      try {
        return readFileSync(path.join(folder, name), "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (name, contents) => void files.set(name, contents),
    listFiles: () => [],
  });
  if (error !== null) throw new Error(`kernels/${file} does not compile: ${stderr.toString()}`, { cause: error });
  return files.get("kernel.wasm");
}

/** Returns the module that holds a kernel's bytes. */
function moduleOf(bytes) {
  const text = Buffer.from(bytes).toString("base64");
  return `/** The kernel's WebAssembly in base64, as \`npm run build:kernels\` compiles it. */\nexport default "${text}";\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [file, text] of await compileKernels()) {
    writeFileSync(file, text);
    console.log(`${path.relative(process.cwd(), file)}: ${text.length} characters`);
  }
