import { ago } from "../../text/time.ts";

/** Shows a moment in the reader's own time zone, how long ago it was, and in UTC when it is pointed at. */
export function When({ at }: { at: string }) {
  const date = new Date(at);
  const local = date.toLocaleString(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const since = ago(Date.now() - date.valueOf());
  return (
    <time class="when" dateTime={date.toISOString()} title={`${date.toISOString().slice(0, 19).replace("T", " ")} UTC`}>
      {since === null ? local : since}
      {since !== null && <span class="muted"> · {local}</span>}
    </time>
  );
}
