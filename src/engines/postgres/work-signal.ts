import { createHash } from "node:crypto";
import type { Client } from "pg";
import { connectionSettings, importPg, type PostgresPlace } from "./connection.ts";
import type { Database } from "./database.ts";

/** Tells processes that wait for work that there may be some. Nobody depends on it: whoever waits also asks, seldom. */
export interface WorkSignal {
  /** Says, to every process, that a run has chunks to claim, or has ended. */
  tell(run: string): Promise<void>;
  /** Waits until something is said of a run (of any: null), or it is time to ask. Ends early when `signal` is set off. */
  wait(run: string | null, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** The milliseconds after which a waiting worker asks without a signal, since a lapsed lease sends none. */
const ASK_MS = 15_000;
/** The same where nothing can be heard, while the connection that listens is lost. */
const ASK_DEAF_MS = 1000;
/** The milliseconds in which a signal may precede a wait and still count: it may have come after the question. */
const ECHO_MS = 100;

interface Waiter {
  readonly run: string | null;
  readonly wake: () => void;
}

/** Signals by `NOTIFY` on a channel of the schema. One further connection of each waiting process listens. */
export function workSignal(db: Database, place: PostgresPlace): WorkSignal {
  const channel = `manymodel_${createHash("sha256").update(place.schema).digest("hex").slice(0, 16)}`;
  const waiters = new Set<Waiter>();
  const notices = new Map<string | null, number>();
  let listener: Client | undefined;
  let opening: Promise<void> | undefined;
  let closed = false;

  const hear = (run: string | null) => {
    for (const about of [run, null]) notices.set(about, performance.now());
    for (const waiter of waiters) if (run === null || waiter.run === null || waiter.run === run) waiter.wake();
  };
  const listen = async () => {
    const { Client } = await importPg();
    const client = new Client(connectionSettings(place).config);
    const lose = () => {
      if (listener === client) listener = undefined;
      client.end().catch(() => {});
    };
    client.on("error", lose);
    client.on("end", lose);
    client.on("notification", ({ payload }) => hear(payload ?? null));
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      if (closed) return lose();
      listener = client;
      // Nobody knows what was said before this.
      hear(null);
    } catch {
      lose();
    }
  };

  return {
    async tell(run) {
      await db.run("SELECT pg_notify($1, $2)", [channel, run]);
    },
    async wait(run, signal) {
      if (listener === undefined)
        opening ??= listen().finally(() => {
          opening = undefined;
        });
      const since = performance.now() - (notices.get(run) ?? Number.NEGATIVE_INFINITY);
      const ms = since < ECHO_MS ? ECHO_MS - since : listener === undefined ? ASK_DEAF_MS : ASK_MS;
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiters.delete(waiter);
          clearTimeout(timer);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        const waiter = { run, wake };
        // Not all at once, when many were told of the same.
        const timer = setTimeout(wake, ms * (1 + Math.random() / 10));
        waiters.add(waiter);
        signal.addEventListener("abort", wake, { once: true });
        if (signal.aborted) wake();
      });
    },
    async close() {
      closed = true;
      await opening;
      const client = listener;
      listener = undefined;
      await client?.end().catch(() => {});
    },
  };
}
