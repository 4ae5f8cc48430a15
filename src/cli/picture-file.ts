import { writeFile } from "node:fs/promises";
import path from "node:path";
import { ManymodelError, messageOf, show } from "../core/errors.ts";

/** The pixels of a PNG for one of the SVG. */
const ZOOM = 2;

/** Checks that a file can be a picture, before anything is computed. @throws {ManymodelError} `usage` */
export function checkPictureFile(file: string): string {
  if (/\.(svg|png)$/i.test(file)) return file;
  throw new ManymodelError("usage", `the picture's file is ${show(file)}; its name must end in .svg or .png`);
}

/**
 * Writes a picture as its file's name says: as it is, or rasterised.
 *
 * @throws {ManymodelError} `usage` if a PNG is asked for and nothing is there to make one, or the file cannot be written
 */
export async function writePicture(file: string, svg: string): Promise<void> {
  const isPng = path.extname(checkPictureFile(file)).toLowerCase() === ".png";
  await writeFile(file, isPng ? await rasterise(svg) : svg).catch((cause: unknown) => {
    const why =
      (cause as NodeJS.ErrnoException).code === "ENOENT"
        ? `there is no folder ${path.dirname(file)}; create it, or name another`
        : messageOf(cause);
    throw new ManymodelError("usage", `the picture cannot be written: ${why}`, { cause });
  });
}

/** Returns a PNG of an SVG, twice its size, in its light colours. */
async function rasterise(svg: string): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js").catch((cause) => {
    throw new ManymodelError(
      "usage",
      "a .png needs the package @resvg/resvg-js: npm install @resvg/resvg-js, or name an .svg",
      { cause },
    );
  });
  const font = { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans" };
  return new Resvg(svg, { fitTo: { mode: "zoom", value: ZOOM }, font }).render().asPng();
}
