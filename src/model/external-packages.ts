import type { Plugin } from "esbuild";

/**
 * Finds an external package, as code of a bundle: where the process runs, then beside the program that it runs. Node looks
 * in `NODE_PATH` after either.
 */
export const EXTERNAL_REQUIRE = `
const __external = (name) => {
  for (const from of [process.cwd() + "/", process.argv[1] ?? "/"]) {
    const require = __createRequire(from);
    try { require.resolve(name); } catch { continue; }
    return require(name);
  }
  throw new Error("the package " + name + " (model.external) is not installed where this process runs, " + process.cwd() + "; install it there, or in the image of the fleet");
};`;

/** Leaves packages out of a bundle, which asks for them by `__external` where it is loaded. */
export function externalPackages(names: readonly string[]): Plugin {
  return {
    name: "external-packages",
    setup(build) {
      if (names.length === 0) return;
      build.onResolve({ filter: /^[^./]/ }, ({ path }) =>
        names.some((name) => path === name || path.startsWith(`${name}/`))
          ? { path, namespace: "external-package" }
          : undefined,
      );
      build.onLoad({ filter: /./, namespace: "external-package" }, ({ path }) => ({
        contents: `module.exports = __external(${JSON.stringify(path)});`,
      }));
    },
  };
}

/** Finds the first external package that a bundle asks for. */
export function findExternal(bundle: Uint8Array): string | undefined {
  return /\b__external\("([^"]+)"\)/.exec(new TextDecoder().decode(bundle))?.[1];
}
