/**
 * Returns the URL of a module of this program by its path without an ending, relative to the module that asks. The ending
 * is that module's own: `.ts` in the sources, `.js` where they are compiled.
 *
 * @param from - `import.meta.url` of the module that asks
 */
export function moduleUrl(path: string, from: string): URL {
  const { pathname } = new URL(from);
  return new URL(`${path}${pathname.slice(pathname.lastIndexOf("."))}`, from);
}
