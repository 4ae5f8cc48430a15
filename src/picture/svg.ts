/** The attributes of an element. Numbers are rounded to hundredths of a pixel, undefined attributes are left out. */
type Attributes = { readonly [name: string]: string | number | undefined };

/** Returns an element as text; its children are elements. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .map(([key, value]) =>
      value === undefined ? "" : ` ${key}="${typeof value === "number" ? round(value) : escapeXml(value)}"`,
    )
    .join("");
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join("")}</${name}>`;
}

/** Returns a line of text. */
export function label(content: string, attributes: Attributes): string {
  return element("text", attributes, escapeXml(content));
}

/** Returns a number as an attribute or in a path: hundredths of a pixel are enough. */
export function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** A whole picture: what it shows in words, its size in pixels, and what is in it. */
export interface Picture {
  readonly title: string;
  /** For those who cannot see it, and for search: what can be read off it. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Returns a picture as an SVG document. It follows the light or dark scheme of whoever shows it; light where there is
 * none.
 */
export function picture({ title, description, width, height }: Picture, ...children: readonly string[]): string {
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      class: "manymodel",
      role: "img",
      "aria-label": title,
      "font-family": "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif",
      "font-size": 12,
    },
    element("title", {}, escapeXml(title)),
    element("desc", {}, escapeXml(description)),
    element("style", {}, STYLE),
    element("rect", { class: "paper", width, height }),
    ...children,
  )}\n`;
}

/** Colours by role: told apart by people who see red and green alike, and readable on their paper (4.5 to 1 for text). */
const LIGHT = {
  paper: "#ffffff",
  ink: "#1f2328",
  soft: "#59636e",
  grid: "#e4e8ec",
  observed: "#414b56",
  forecast: "#0a62c9",
  fitted: "#b45309",
  better: "#0b7a75",
  worse: "#b8470f",
  same: "#8b949e",
  waiting: "#d0d7de",
};
const DARK = {
  paper: "#0d1117",
  ink: "#e6edf3",
  soft: "#9198a1",
  grid: "#21262d",
  observed: "#b7c0ca",
  forecast: "#58a6ff",
  fitted: "#e3963e",
  better: "#3bb8ae",
  worse: "#f08a4b",
  same: "#6e7681",
  waiting: "#30363d",
};

/** Returns the style rules of the classes: a role fills, a role with `line` strokes, and a text with `over` keeps a margin around it. */
function rules(colours: typeof LIGHT): string {
  const each = Object.entries(colours).map(
    ([role, colour]) => `.manymodel .${role}{fill:${colour}}.manymodel .line.${role}{fill:none;stroke:${colour}}`,
  );
  return `${each.join("")}.manymodel .over{paint-order:stroke;stroke:${colours.paper};stroke-width:4px;stroke-linejoin:round}`;
}

const STYLE = `${rules(LIGHT)}@media (prefers-color-scheme:dark){${rules(DARK)}}`;

/** Returns a text as XML takes it, without the characters that XML has not. */
export function escapeXml(text: string): string {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML does not allow them
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, "\ufffd")
  );
}
