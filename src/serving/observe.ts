import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Guarded } from "./guard.ts";
import type { RequestLine } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** Returns middleware that counts every request, and says one line of it once it is answered. */
export function observe(
  { requests, seconds, underWay }: Metrics,
  log: (line: RequestLine) => void,
  clock: () => Date,
): MiddlewareHandler<Guarded> {
  return async (c, next) => {
    const at = clock().toISOString();
    const began = performance.now();
    underWay.inc();
    await next();
    underWay.dec();
    const ms = performance.now() - began;
    const { method, path } = c.req;
    const { status } = c.res;
    const route = matchedRoutes(c).findLast((matched) => matched.method !== "ALL")?.path ?? "none";
    requests.inc({ method, route, status });
    seconds.observe({ method, route }, ms / 1000);
    log({ at, method, path, status, ms: Number(ms.toFixed(2)), by: c.get("caller")?.name ?? null });
  };
}
