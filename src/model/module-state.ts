import { readFile } from "node:fs/promises";
import path from "node:path";
import type { BuildOptions, Plugin } from "esbuild";

/** A definition's own files, apart from the packages that they import. */
interface OwnFiles {
  /** The files as one CommonJS script, which asks for packages by `require`. */
  readonly code: string;
  readonly packages: readonly string[];
  readonly files: readonly string[];
}

/** The settings of a definition's bundle: the same sources give the same bytes. */
export const BUNDLE_SETTINGS = {
  bundle: true,
  write: false,
  platform: "node",
  target: "node20",
  minifyWhitespace: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "silent",
  /** Files of bytes are imported as a `Uint8Array`, and travel inside the bundle. */
  loader: { ".wasm": "binary", ".onnx": "binary", ".bin": "binary" },
} as const satisfies BuildOptions;

/** Leaves every package out of a bundle. */
const WITHOUT_PACKAGES: Plugin = {
  name: "without-packages",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) =>
      kind === "entry-point" || path.isAbsolute(name) ? undefined : { path: name, external: true },
    );
  },
};

/** Reads a definition's own files; undefined if they do not compile, or wait for something when they are loaded. */
async function ownFiles(file: string): Promise<OwnFiles | undefined> {
  const { build } = await import("esbuild");
  // esbuild names files relative to the folder that it was started in, which a process may have left.
  const folder = path.dirname(path.resolve(file));
  try {
    const { outputFiles, metafile } = await build({
      ...BUNDLE_SETTINGS,
      format: "cjs",
      metafile: true,
      absWorkingDir: folder,
      entryPoints: [path.resolve(file)],
      plugins: [WITHOUT_PACKAGES],
    });
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    return {
      // A package is an ES module here, whose default export is what `default` names.
      code: (outputFiles[0]?.text ?? "").replace(/__toESM\((require\("(?:[^"\\]|\\.)*"\))(?:,\s*1)?\)/g, "$1"),
      packages: [...new Set(imports.flatMap(({ path: name, external }) => (external ? [name] : [])))],
      files: Object.keys(metafile.inputs).map((name) => path.resolve(folder, name)),
    };
  } catch {
    return undefined;
  }
}

/**
 * Finds the variables of a script's top level that its functions change. The script is as esbuild prints it: what is at
 * the top level begins its line, everything else is indented. What only looks like a change counts as one.
 */
export function changedVariables(script: string): string[] {
  const lines = script.replaceAll("/* @__PURE__ */ ", "").split("\n");
  const inner = lines.filter((line) => /^\s/.test(line)).join("\n");
  const declared = (pattern: RegExp) =>
    lines
      .flatMap((line) => [...(pattern.exec(line)?.[1] ?? "").matchAll(/([\w$]+)(?=\s*(?:=|,|;|$|\())/g)])
      .map(([, name = ""]) => name);
  const variables = declared(/^(?:export )?(?:let|var) (.*)$/);
  const holders = [
    ...declared(/^(?:export )?const ([\w$]+ = (?:\[|\{|new |Object\.create))/),
    ...declared(/^(?:export )?(?:default )?(?:class|function\*?|async function\*?) ([\w$]+\b)/),
  ];
  const word = (name: string) => `(?<![\\w$.])${name.replaceAll("$", "\\$")}`;
  const assigned = String.raw`\s*(?:=(?![=>])|(?:[-+*/%&|^]|\*\*|<<|>>>?|\?\?|\|\||&&)=|\+\+|--)`;
  const mutated = String.raw`\.(?:push|pop|shift|unshift|splice|sort|reverse|fill|set|add|delete|clear|copyWithin)\(`;
  const member = String.raw`(?:\.[\w$]+|\[[^\]\n]*\])`;
  const isAssigned = (name: string) =>
    new RegExp(`(?<!(?:let|const|var) )${word(name)}${assigned}|(?:\\+\\+|--)${word(name)}\\b`).test(inner);
  const isMutated = (name: string) =>
    new RegExp(
      `${word(name)}(?:${member}*${mutated}|${member}+${assigned})|(?:\\+\\+|--|delete )${word(name)}${member}`,
    ).test(inner);
  return [
    ...new Set([...variables.filter((name) => isAssigned(name) || isMutated(name)), ...holders.filter(isMutated)]),
  ];
}

/**
 * Tells whether the functions of some files change a variable of their module, so that one call sees what an earlier
 * one left.
 */
async function keepState(files: readonly string[]): Promise<boolean> {
  const { transform } = await import("esbuild");
  for (const file of files) {
    const loader = /\.[cm]?ts$/.test(file) ? "ts" : /\.[cm]?js$/.test(file) ? "js" : undefined;
    if (loader === undefined) continue;
    const { code } = await transform(await readFile(file, "utf8"), { loader, target: "node20", logLevel: "silent" });
    if (changedVariables(code).length > 0) return true;
  }
  return false;
}

/** The functions of a definition. */
const FUNCTIONS = ["fit", "predict", "update", "judge", "save", "load", "learn", "complete"];

/**
 * Returns a module in place of a definition whose modules keep state: its own files are evaluated anew for each call of
 * a function of the definition, so that no partition sees what another left. Packages are evaluated once.
 *
 * @returns undefined for a definition without such state
 */
export async function isolatedModule(file: string): Promise<string | undefined> {
  const files = await ownFiles(file);
  if (files === undefined || !(await keepState(files.files))) return undefined;
  const { code, packages } = files;
  return [
    ...packages.map((name, i) => `import * as package${i} from ${JSON.stringify(name)};`),
    `const packages = { ${packages.map((name, i) => `${JSON.stringify(name)}: package${i}`).join(", ")} };`,
    `const evaluate = (module, exports, require) => {\n${code}\n};`,
    `const fresh = () => {
      const module = { exports: {} };
      evaluate(module, module.exports, (name) => packages[name]);
      return module.exports.default;
    };
    const first = fresh();
    const anew = (name) => (typeof first[name] === "function" ? { [name]: (given) => fresh()[name](given) } : {});
    export default typeof first?.fit === "function"
      ? { ...first, ...Object.assign({}, ...${JSON.stringify(FUNCTIONS)}.map(anew)) }
      : first;`,
  ].join("\n");
}
