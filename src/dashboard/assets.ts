import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ManymodelError } from "../core/errors.ts";

/** A file of the page, as it is and as it was compressed when the package was built. */
interface Asset {
  readonly type: string;
  readonly bytes: { readonly identity: Uint8Array; readonly br?: Uint8Array; readonly gzip?: Uint8Array };
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
const ENCODINGS = { ".br": "br", ".gz": "gzip" } as const;

/** The page's files by name, all in memory: they are small. */
export interface Assets {
  /** The page itself. */
  readonly page: Asset;
  readonly files: ReadonlyMap<string, Asset>;
}

/** Reads the page's files. @throws {ManymodelError} `internal` if the package was not built */
export async function loadAssets(folder = builtFolder()): Promise<Assets> {
  const names = await readdir(folder).catch((): string[] => []);
  const files = new Map<string, Asset>();
  for (const name of names) {
    const type = TYPES[path.extname(name)];
    if (type === undefined) continue;
    const bytes: { identity: Uint8Array; br?: Uint8Array; gzip?: Uint8Array } = {
      identity: await readFile(path.join(folder, name)),
    };
    for (const [ending, encoding] of Object.entries(ENCODINGS))
      if (names.includes(name + ending)) bytes[encoding] = await readFile(path.join(folder, name + ending));
    files.set(name, { type, bytes });
  }
  const page = files.get("index.html");
  if (page === undefined)
    throw new ManymodelError("internal", `the dashboard's page is not in ${folder}; build the package: npm run build`);
  return { page, files };
}

/** Returns the folder where the build puts the page: beside this module. */
function builtFolder(): string {
  return fileURLToPath(new URL("./web", import.meta.url));
}

/** Returns a file as a response; names that hold a hash of their content are kept by the browser for good. */
export function assetResponse({ type, bytes }: Asset, name: string, accepted: string | undefined): Response {
  const [smaller] = (["br", "gzip"] as const).flatMap((encoding) => {
    const compressed = bytes[encoding];
    return compressed !== undefined && accepted?.includes(encoding) ? [{ encoding, compressed }] : [];
  });
  const headers = new Headers({
    "Content-Type": type,
    Vary: "Accept-Encoding",
    "Cache-Control": /-[A-Z0-9]{8}\./.test(name) ? "public, max-age=31536000, immutable" : "no-cache",
  });
  if (smaller !== undefined) headers.set("Content-Encoding", smaller.encoding);
  return new Response(Uint8Array.from(smaller?.compressed ?? bytes.identity), { headers });
}
