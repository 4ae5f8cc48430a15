import type { ComponentChildren } from "preact";
import { count } from "../../text/number.ts";
import { Copy } from "./take-away.tsx";
import type { Loaded } from "./use-data.ts";

/** Says why a view is empty, and what to do. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <div class="empty-more">{children}</div>}
    </div>
  );
}

/** Shows a caution above the data that it concerns. */
export function Warning({ children }: { children: string | null }) {
  return children === null ? null : (
    <p class="notice warn" role="note">
      <b>Careful:</b> {children}.
    </p>
  );
}

/** Shows a command to copy. */
export function Command({ children }: { children: string }) {
  return (
    <span class="with-copy">
      <code class="command">{children}</code>
      <Copy text={children} />
    </span>
  );
}

/** Shows the loaded value, or the obstacle. */
export function Loading<T>({
  data,
  what,
  children,
}: {
  data: Loaded<T>;
  what: string;
  /** Shows the value that was read, and of which path it is. */
  children: (value: T, path: string) => ComponentChildren;
}) {
  if (data.error !== undefined)
    return (
      <div class="empty" role="alert">
        <p class="empty-title">{data.error.message}</p>
        <button type="button" onClick={data.reload}>
          Try again
        </button>
      </div>
    );
  if (data.value !== undefined && data.path !== null) return <>{children(data.value, data.path)}</>;
  if (data.preparing !== undefined && data.preparing.total > 0) {
    const { done, total } = data.preparing;
    return (
      <div class="empty" role="status">
        <p class="empty-title">Reading the run's segments, for the first time</p>
        <progress max={total} value={done} aria-label="partitions read" />
        <p class="muted">
          {count(done)} of {count(total)} partitions. Kept on the stage afterwards.
        </p>
      </div>
    );
  }
  return (
    <p class="loading muted" role="status">
      Loading {what} …
    </p>
  );
}
