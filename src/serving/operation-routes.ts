import { z } from "@hono/zod-openapi";
import { Refusal } from "./refusal.ts";
import { openApi, route } from "./route.ts";
import { health } from "./schema.ts";
import type { Service } from "./service.ts";

/** Returns the routes for operators: liveness, readiness and metrics. */
export function operationRoutes({ metrics: { registry }, ready }: Service) {
  const metrics = route("GET /metrics", "Metrics for Prometheus", { type: "text/plain", answer: z.string() });
  const app = openApi()
    .openapi(route("GET /healthz", "Whether the server is alive", { answer: health }), (c) =>
      c.json({ status: "ok" }, 200),
    )
    .openapi(route("GET /readyz", "Whether requests are to be sent here", { answer: health }), (c) => {
      if (!ready())
        throw new Refusal("busy", "the registered versions are still being opened, or the server is stopping");
      return c.json({ status: "ready" }, 200);
    });
  app.openAPIRegistry.registerPath(metrics);
  app.get(metrics.path, async (c) => c.text(await registry.metrics(), 200, { "Content-Type": registry.contentType }));
  return app;
}
