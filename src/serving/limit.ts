import type { MiddlewareHandler } from "hono";
import type { ManyModel } from "../api/many-model.ts";
import { parseDuration } from "../core/duration.ts";
import { Refusal } from "./refusal.ts";

/** The limits of one request, and of all requests together. */
export interface Limits {
  readonly maxKeys: number;
  readonly maxHorizon: number;
  readonly maxBodyBytes: number;
  /** Values in a request's JSON. */
  readonly maxValues: number;
  /** Numbers in an answer. */
  readonly maxNumbers: number;
  readonly maxConcurrent: number;
  readonly timeoutMs: number;
}

/** Returns the limits that a workspace's configuration sets. */
export function limitsOf({ config: { serve } }: Pick<ManyModel, "config">): Limits {
  return {
    maxKeys: serve.max_keys,
    maxHorizon: serve.max_horizon,
    maxBodyBytes: serve.max_body_kb * 1024,
    maxValues: serve.max_values,
    maxNumbers: serve.max_numbers,
    maxConcurrent: serve.max_concurrent,
    timeoutMs: parseDuration("serve.timeout", serve.timeout),
  };
}

/** A request that is to be answered in time: its signal is aborted when it is too late. */
export interface Timed {
  Variables: { signal: AbortSignal };
}

/** Returns middleware that refuses requests while too many are under way, and ends those that take too long. */
export function limitWork({ maxConcurrent, timeoutMs }: Limits): MiddlewareHandler<Timed> {
  let underWay = 0;
  return async (c, next) => {
    if (underWay >= maxConcurrent) {
      c.header("Retry-After", "1");
      throw new Refusal("busy", `${maxConcurrent} requests are under way (serve.max_concurrent); ask again`);
    }
    underWay++;
    const late = new AbortController();
    c.set("signal", late.signal);
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const refusal = new Refusal("timeout", `it took longer than ${timeoutMs / 1000} s (serve.timeout)`);
        late.abort(refusal);
        reject(refusal);
      }, timeoutMs);
    });
    try {
      await Promise.race([next(), tooLate]);
    } finally {
      clearTimeout(timer);
      underWay--;
    }
  };
}
