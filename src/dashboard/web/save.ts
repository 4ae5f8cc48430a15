/** Has the browser save data as a file. */
export function saveFile(data: Blob, name: string): void {
  const address = URL.createObjectURL(data);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** Returns the name of a file for a thing on the page: letters, digits and hyphens. */
export const fileName = (name: string, ending: string): string =>
  `${name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^-+|-+$/g, "") || "manymodel"}.${ending}`;

/** The pixels of a picture for each one of the page. */
const RESOLUTION = 2;

/** Returns an SVG document as a PNG picture. @throws {Error} if the browser cannot draw it */
export async function pngOf(svg: string): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = RESOLUTION * image.width;
    canvas.height = RESOLUTION * image.height;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (picture === null) throw new Error("the browser made no picture of the chart");
    return picture;
  } finally {
    URL.revokeObjectURL(address);
  }
}
