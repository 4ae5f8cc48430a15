import { useLayoutEffect } from "preact/hooks";

/** The actions of keys, or of two keys in a row (`g r`). */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const layers: Keys[] = [];
let first = "";

function pressed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const target = event.target as HTMLElement;
  const typing = target.matches("input, select, textarea, [contenteditable]");
  if (typing) {
    if (event.key === "Escape") target.blur();
    return;
  }
  if (document.querySelector("dialog[open]") !== null) return;
  // Enter on what has the focus is that thing's own.
  if (event.key === "Enter" && target.matches("a, button, summary")) return;
  const both = first === "" ? event.key : `${first} ${event.key}`;
  for (const keys of [...layers].reverse()) {
    const act = keys[both] ?? keys[event.key];
    if (act === undefined) continue;
    event.preventDefault();
    first = "";
    act(event);
    return;
  }
  first = first === "" && event.key === "g" ? "g" : "";
}

/** Returns the link of each row of the tables on the page, in their order. */
function rowLinks(): HTMLAnchorElement[] {
  const rows = [...document.querySelectorAll("main table.rows tbody tr")];
  return rows.flatMap((row) => row.querySelector("a") ?? []);
}

/** Tells whether the row of a link has the focus. */
function hasFocus(link: HTMLAnchorElement): boolean {
  return link.closest("tr")?.contains(document.activeElement) === true;
}

/** Returns the link of the row that has the focus, or undefined. */
export function focusedRow(): HTMLAnchorElement | undefined {
  return rowLinks().find(hasFocus);
}

/** Moves the focus to the next row of the tables on the page, or to the one before; Enter opens it then. */
export function stepRow(by: 1 | -1): void {
  const links = rowLinks();
  const at = links.findIndex(hasFocus);
  links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
}

/** Listens to keys as long as a view is there; the view that came last is asked first. */
export function useKeys(keys: Keys): void {
  // Before the browser paints: a key never acts on rows that are no longer shown.
  useLayoutEffect(() => {
    if (layers.length === 0) addEventListener("keydown", pressed);
    layers.push(keys);
    return () => {
      layers.splice(layers.indexOf(keys), 1);
      if (layers.length === 0) removeEventListener("keydown", pressed);
    };
  });
}
