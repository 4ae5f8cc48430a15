import { count } from "../../text/number.ts";
import { useKeys } from "./keyboard.ts";
import { go, href, queryOf } from "./route.ts";
import { useData } from "./use-data.ts";

/** The rows of a list that the server pages, as far as this view reads them. */
interface ListPage {
  readonly matched: number;
  readonly rows: readonly { readonly key: string; readonly text: string; readonly runId?: string }[];
}

/** The lists that a series may be opened from, by the beginning of the path that the server answers. */
const LISTS = [/^\/runs\/[^/?]+\/rows\?/, /^\/monitor\/partitions\?/];

/** Returns the part of a series' address that remembers its list, and its position there from 0. */
export const inList = (list: string, at: number) => ({ list, at: String(at) });

/** Returns the address of the view that shows a list. */
export function viewOf(runId: string, list: string | null): string {
  const [path = "", search = ""] = (list ?? "").split("?");
  const view = path === "/monitor/partitions" ? ["monitor"] : ["runs", runId, "partitions"];
  // The columns follow from the metric.
  const { metrics: _, ...query } = queryOf(new URLSearchParams(search));
  return href(view, query);
}

/** Leads from a series to the one before and after it in the list that it was opened from. */
export function Neighbours({ runId, query }: { runId: string; query: URLSearchParams }) {
  const list = query.get("list") ?? "";
  const at = Number(query.get("at") ?? Number.NaN);
  const isKnown = LISTS.some((pattern) => pattern.test(list)) && Number.isSafeInteger(at) && at >= 0;
  const first = Math.max(0, at - 1);
  const { value } = useData<ListPage>(isKnown ? `${list}&offset=${first}&limit=3` : null);
  const addressOf = (position: number) => {
    const row = position < 0 ? undefined : value?.rows[position - first];
    if (row === undefined) return undefined;
    return {
      text: row.text,
      to: href(["runs", row.runId ?? runId, "series"], { key: row.key, ...inList(list, position) }),
    };
  };
  const [previous, next] = [addressOf(at - 1), addressOf(at + 1)];
  const open = (link: { to: string } | undefined) => link && go(link.to);
  useKeys({
    j: () => open(next),
    k: () => open(previous),
    ArrowRight: () => open(next),
    ArrowLeft: () => open(previous),
  });
  if (value === undefined) return null;
  return (
    <nav class="neighbours" aria-label="The list">
      {previous ? (
        <a href={previous.to} title={previous.text} rel="prev">
          ‹ Previous
        </a>
      ) : (
        <span class="muted">‹ Previous</span>
      )}
      <span class="muted">
        {count(at + 1)} of {count(value.matched)}
      </span>
      {next ? (
        <a href={next.to} title={next.text} rel="next">
          Next ›
        </a>
      ) : (
        <span class="muted">Next ›</span>
      )}
    </nav>
  );
}
