import { parentPort, workerData } from "node:worker_threads";
import { type ErrorKind, ManymodelError, messageOf } from "../../core/errors.ts";
import { type Activity, during } from "../../ports/activity.ts";
import { type NativeCalls, shareNativeCalls } from "../../ports/native-calls.ts";
import type { Answer } from "../../ports/workers.ts";

/** A request to a worker, and the activity that it is part of. */
export interface Asked {
  readonly request: unknown;
  readonly activity: Activity;
}

/** A message that has a worker begin anew, as if it had just started. */
export type Begin = "begin";

/** A message from a worker to the thread that started it. */
export type Told =
  | { readonly type: "ready" }
  | { readonly type: "response"; readonly value: unknown }
  | { readonly type: "note"; readonly said: unknown }
  | {
      readonly type: "error";
      readonly kind: ErrorKind | null;
      readonly message: string;
      readonly stack: string | null;
    };

const port = parentPort;
if (port !== null) {
  const { module, context, calls } = workerData as { module: string; context: unknown; calls: NativeCalls };
  shareNativeCalls(calls);
  const { start } = (await import(module)) as {
    start(context: unknown): Promise<Answer>;
  };
  let answer = await start(context);
  const tell = (message: Told) => port.postMessage(message);
  port.on("message", async (message: Asked | Begin) => {
    try {
      if (message === "begin") {
        answer = await start(context);
        return tell({ type: "ready" });
      }
      const { request, activity } = message;
      const value = await during(activity, () => answer(request, (note) => tell({ type: "note", said: note })));
      tell({ type: "response", value });
    } catch (error) {
      const kind = error instanceof ManymodelError ? error.kind : null;
      const stack = error instanceof Error ? (error.stack ?? null) : null;
      tell({ type: "error", kind, message: messageOf(error), stack });
    }
  });
  tell({ type: "ready" });
}
