import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { Refusal } from "./refusal.ts";

/** What one request, and all of them at once, may cost. */
export interface Limits {
  readonly maxKeys: number;
  readonly maxHorizon: number;
  readonly maxBodyBytes: number;
  readonly maxConcurrent: number;
  readonly timeoutMs: number;
}

/** Middleware that refuses a body that is too large, before it is read where its length is said. */
export function limitBody({ maxBodyBytes }: Limits): MiddlewareHandler {
  const limited = bodyLimit({
    maxSize: maxBodyBytes,
    onError() {
      throw new Refusal("too-large", `the request has more than ${maxBodyBytes} bytes (serve.max_body_kb)`);
    },
  });
  return async (c, next) => {
    const { req } = c;
    // No other method's body is ever read.
    if (req.method !== "POST") return next();
    const length = Number(req.header("Content-Length") ?? NaN);
    // A length that was said is kept to by the HTTP parser; counting what arrives costs as much as a prediction.
    const isSaid = req.header("Transfer-Encoding") === undefined && length <= maxBodyBytes;
    return isSaid ? next() : limited(c, next);
  };
}

/** A request that is to be answered in time: its signal is aborted when it is too late. */
export interface Timed {
  Variables: { signal: AbortSignal };
}

/** Middleware that refuses requests while too many are under way, and ends those that take too long. */
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
