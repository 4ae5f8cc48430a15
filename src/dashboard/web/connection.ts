import { useEffect, useState } from "preact/hooks";

/** A stream that broke: what is shown of it is from then. */
export interface Lost {
  readonly since: Date;
  /** The server's reason for refusing the connection, which then stays closed. */
  readonly refused: string | undefined;
}

const CHANGED = "manymodel:connection";
const lost = new Map<string, Lost>();

/** Notes that the stream of a path broke. It is lost since the first time that is said. */
export function noteLost(path: string, refused?: string): void {
  lost.set(path, { since: lost.get(path)?.since ?? new Date(), refused });
  dispatchEvent(new Event(CHANGED));
}

/** Notes that the stream of a path is read, or that nobody wants it any more. */
export function noteConnected(path: string): void {
  if (lost.delete(path)) dispatchEvent(new Event(CHANGED));
}

/** Returns the stream that has been lost for longest, if any is. */
export function useLost(): Lost | undefined {
  const [first, setFirst] = useState<Lost | undefined>();
  useEffect(() => {
    const changed = () => setFirst([...lost.values()].sort((a, b) => a.since.valueOf() - b.since.valueOf())[0]);
    addEventListener(CHANGED, changed);
    changed();
    return () => removeEventListener(CHANGED, changed);
  }, []);
  return first;
}
