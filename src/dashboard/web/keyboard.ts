import { useEffect } from "preact/hooks";

/** What a key, or two one after the other (`g r`), does. */
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

/** Listens to keys as long as a view is there; the view that came last is asked first. */
export function useKeys(keys: Keys): void {
  useEffect(() => {
    if (layers.length === 0) addEventListener("keydown", pressed);
    layers.push(keys);
    return () => {
      layers.splice(layers.indexOf(keys), 1);
      if (layers.length === 0) removeEventListener("keydown", pressed);
    };
  });
}
