import { useLayoutEffect, useState } from "preact/hooks";

/** The place of the page. The address is the whole of its state, so that every view can be linked to. */
export interface Place {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

function placeOf({ pathname, search }: Location): Place {
  const path = pathname.split("/").filter((part) => part !== "");
  return { path: path.map(decodePart), query: new URLSearchParams(search) };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A query by name; several values of a name are several parts of the query. */
export type Query = Readonly<Record<string, string | readonly string[] | null | undefined>>;

/** Returns a query with all values of each name. */
export const queryOf = (search: URLSearchParams): Query =>
  Object.fromEntries([...search.keys()].map((name) => [name, search.getAll(name)]));

/** Returns an address of the page, without the values that are empty. */
export function href(path: readonly string[], query: Query = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (typeof value === "object" && value !== null ? value : [value]).flatMap((one) => (one ? [[name, one]] : [])),
  );
  const search = new URLSearchParams(pairs).toString();
  return `/${path.map(encodeURIComponent).join("/")}${search === "" ? "" : `?${search}`}`;
}

const MOVED = "manymodel:moved";

/** Goes to an address; `replace` leaves no entry in the browser's history. */
export function go(to: string, replace = false): void {
  if (to === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", to);
  dispatchEvent(new Event(MOVED));
  if (!replace) scrollTo(0, 0);
}

/** Changes some of the query of where the page is; null takes a name away. */
export function setQuery(change: Query, replace = true): void {
  const { path, query } = placeOf(location);
  go(href(path, { ...queryOf(query), ...change }), replace);
}

export function usePlace(): Place {
  const [place, setPlace] = useState(() => placeOf(location));
  // Before the browser paints: no click on a link goes unnoticed.
  useLayoutEffect(() => {
    const moved = () => setPlace(placeOf(location));
    for (const event of [MOVED, "popstate"]) addEventListener(event, moved);
    return () => {
      for (const event of [MOVED, "popstate"]) removeEventListener(event, moved);
    };
  }, []);
  return place;
}

/** Has links within the page change the place instead of loading it again. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link === null || link.origin !== location.origin || link.target !== "" || link.hasAttribute("download")) return;
  if (link.getAttribute("href")?.startsWith("#")) return;
  event.preventDefault();
  go(link.pathname + link.search);
}
