import { element, escapeXml, label } from "../../../picture/svg.ts";

/** The properties that a drawing takes from the page's style sheet. */
const STYLES = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "opacity",
  "vector-effect",
  "font-size",
  "font-weight",
  "text-anchor",
] as const;
const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";
/** Pixels about the chart. */
const MARGIN = 12;

/** A line of text on the page. */
interface TextLine {
  readonly text: string;
  readonly left: number;
  readonly bottom: number;
  readonly parent: Element;
}

/**
 * Returns a figure of the page as an SVG document of its own: its drawings in the colours that they have now, and the texts
 * about them where they stand. Tables and buttons of the figure are left out.
 */
export function chartDocument(figure: Element): string {
  const isOut = (node: Element | null) => node?.closest("table, button, .hidden") != null;
  const drawings = [...figure.querySelectorAll("svg")].filter((svg) => !isOut(svg));
  const lines = textLines(figure, (node) => !isOut(node) && node.closest("svg") === null);
  const boxes = [
    ...drawings.map((svg) => svg.getBoundingClientRect()),
    ...lines.map(({ parent }) => parent.getBoundingClientRect()),
  ];
  const [left, top] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top))];
  const [right, bottom] = [Math.max(...boxes.map((box) => box.right)), Math.max(...boxes.map((box) => box.bottom))];
  const [width, height] = [right - left + 2 * MARGIN, bottom - top + 2 * MARGIN];
  const title = figure.querySelector("figcaption")?.textContent ?? drawings[0]?.getAttribute("aria-label") ?? "";
  const panel = figure.closest(".panel") ?? document.body;
  return `${element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, width, height, "font-family": FONT },
    element("title", {}, escapeXml(title.trim())),
    element("rect", { width, height, fill: getComputedStyle(panel).backgroundColor }),
    ...drawings.map((svg) => placed(svg, left - MARGIN, top - MARGIN)),
    ...lines.map(({ text, left: x, bottom: y, parent }) => {
      const { color, fontSize, fontWeight } = getComputedStyle(parent);
      const place = { x: x - left + MARGIN, y: y - top + MARGIN - 0.25 * Number.parseFloat(fontSize) };
      return label(text, { ...place, fill: color, "font-size": fontSize, "font-weight": fontWeight });
    }),
  )}\n`;
}

/** Returns a drawing where it stands, less an offset, with its styles as attributes and without links. */
function placed(svg: SVGSVGElement, left: number, top: number): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const copies = [...copy.querySelectorAll("*")];
  for (const [i, original] of [...svg.querySelectorAll("*")].entries()) {
    const style = getComputedStyle(original);
    for (const name of STYLES) copies[i]?.setAttribute(name, style.getPropertyValue(name));
  }
  for (const link of copies.filter(({ tagName }) => tagName === "a")) link.replaceWith(...link.childNodes);
  const box = svg.getBoundingClientRect();
  const place = { x: box.left - left, y: box.top - top, width: box.width, height: box.height };
  for (const [name, value] of Object.entries(place)) copy.setAttribute(name, String(Math.round(value * 100) / 100));
  for (const name of ["class", "role", "aria-label"]) copy.removeAttribute(name);
  return new XMLSerializer().serializeToString(copy);
}

/** Returns the texts of an element, line by line as the browser wrapped them. */
function textLines(root: Element, isShown: (parent: Element) => boolean): TextLine[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const lines: TextLine[] = [];
  const range = document.createRange();
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement;
    const text = node.textContent ?? "";
    if (parent === null || !isShown(parent)) continue;
    let line: TextLine | undefined;
    for (const { 0: word, index } of text.matchAll(/\S+/g)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const { left, bottom } = range.getBoundingClientRect();
      if (line !== undefined && line.bottom === bottom) {
        line = { ...line, text: `${line.text} ${word}` };
        lines.pop();
      } else line = { text: word, left, bottom, parent };
      lines.push(line);
    }
  }
  return lines;
}
