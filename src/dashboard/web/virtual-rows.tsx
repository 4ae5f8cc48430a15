import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { PartitionPage, PartitionRow } from "../wire.ts";
import { read } from "./api.ts";

const ROW = 32;
const PAGE = 100;
/** Browsers make no element higher than about this; beyond it the scroll bar counts in larger steps. */
const MOST_PIXELS = 8_000_000;
/** Rows beyond the visible ones, either way. */
const MARGIN = 10;

/** Shows a table of which only the visible rows exist, and only their pages were read. */
export function VirtualRows(props: {
  readonly label: string;
  /** The number of columns of metrics. */
  readonly metrics: number;
  readonly source: string;
  readonly first: PartitionPage;
  readonly selected: number;
  readonly header: ComponentChildren;
  /** Shows a row, given its position in the table. */
  readonly row: (row: PartitionRow, at: number) => ComponentChildren;
}) {
  const { first, source, selected } = props;
  const box = useRef<HTMLDivElement>(null);
  const pages = useRef(new Map<number, readonly PartitionRow[]>());
  const lastPage = useRef<PartitionPage | null>(null);
  if (lastPage.current !== first) {
    lastPage.current = first;
    pages.current = new Map([[0, first.rows]]);
  }
  const [, redraw] = useState(0);
  const [{ top, height }, setView] = useState({ top: 0, height: 600 });
  const total = first.matched;
  const whole = total * ROW;
  const pixels = Math.min(whole, MOST_PIXELS);
  const scrollable = Math.max(1, pixels - height);
  // Where the first visible row is, in rows; exact as long as the table is no higher than a browser allows.
  const at = whole <= MOST_PIXELS ? top / ROW : (top / scrollable) * Math.max(0, total - height / ROW);
  const from = Math.max(0, Math.floor(at) - MARGIN);
  const to = Math.min(total, Math.ceil(at + height / ROW) + MARGIN);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);

  useEffect(() => {
    const abort = new AbortController();
    const missing: number[] = [];
    for (let page = Math.floor(from / PAGE); page <= Math.floor(Math.max(from, to - 1) / PAGE); page++)
      if (!pages.current.has(page)) missing.push(page);
    // Whoever scrolls past does not need what is there.
    const timer = setTimeout(async () => {
      for (const page of missing) {
        const answer = await read<PartitionPage>(`${source}&offset=${page * PAGE}&limit=${PAGE}`, abort.signal).catch(
          () => null,
        );
        if (answer === null || abort.signal.aborted) return;
        pages.current.set(page, answer.rows);
        redraw((n) => n + 1);
      }
    }, 60);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [from, to, source]);

  useEffect(() => {
    if (selected < 0 || box.current === null) return;
    const place = whole <= MOST_PIXELS ? selected * ROW : (selected / total) * scrollable;
    const { scrollTop, clientHeight } = box.current;
    if (place < scrollTop || place + ROW > scrollTop + clientHeight - ROW)
      box.current.scrollTop = place - clientHeight / 2;
  }, [selected, whole, total, scrollable]);

  useEffect(() => {
    if (selected >= 0) box.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);

  const rows = [];
  for (let i = from; i < to; i++) rows.push([i, pages.current.get(Math.floor(i / PAGE))?.[i % PAGE]] as const);
  const offset = top + (from - at) * ROW;
  return (
    <div
      class="panel virtual"
      role="table"
      aria-label={props.label}
      aria-rowcount={total + 1}
      aria-colcount={props.metrics + 5}
      style={{
        "--metrics": props.metrics === 0 ? "" : `repeat(${props.metrics}, minmax(64px, 96px))`,
        "--error": props.metrics + 1,
      }}
    >
      <div role="rowgroup">
        <div role="row" class="vrow vhead" aria-rowindex={1}>
          {props.header}
        </div>
      </div>
      <div class="vbody" ref={box} role="rowgroup" tabIndex={0}>
        <div class="vspace" style={{ height: `${pixels}px` }}>
          <div class="vwindow" style={{ transform: `translateY(${whole <= MOST_PIXELS ? from * ROW : offset}px)` }}>
            {rows.map(([i, row]) => (
              <div
                key={i}
                role="row"
                class="vrow"
                aria-rowindex={i + 2}
                aria-selected={i === selected ? true : undefined}
              >
                {row === undefined ? (
                  <span role="cell" class="muted">
                    …
                  </span>
                ) : (
                  props.row(row, i)
                )}
              </div>
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}
