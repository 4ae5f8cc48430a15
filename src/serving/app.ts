import { z } from "@hono/zod-openapi";
import { messageOf } from "../core/errors.ts";
import { type Door, guard } from "./guard.ts";
import { limitWork } from "./limit.ts";
import type { Log } from "./log.ts";
import { observe } from "./observe.ts";
import { operationRoutes } from "./operation-routes.ts";
import { plannerRoutes } from "./planner-routes.ts";
import { predictRoutes } from "./predict-routes.ts";
import { readBody } from "./read-body.ts";
import { answerTo } from "./refusal.ts";
import { registryRoutes } from "./registry-routes.ts";
import { openApi, route } from "./route.ts";
import type { Service } from "./service.ts";

/** Returns the application: every request is observed, let in, limited, validated and answered, errors as JSON. */
export function createApp(service: Service, door: Door, log: Log, version: string) {
  const app = openApi();
  app.use(observe(service.metrics, log.request, door.clock));
  app.use(guard(door));
  app.use("/v1/*", readBody(service.limits), limitWork(service.limits));
  app.onError((error, c) => {
    const { status, body, unexpected } = answerTo(error);
    if (unexpected) log.error(`${c.req.method} ${c.req.path}: ${messageOf(error)}`, error);
    return c.json(body, status);
  });
  app.route("/", predictRoutes(service));
  app.route("/", registryRoutes(service));
  app.route("/", plannerRoutes(service));
  app.route("/", operationRoutes(service));
  app.openAPIRegistry.registerComponent("securitySchemes", "token", { type: "http", scheme: "bearer" });
  const self = route("GET /openapi.json", "This document", { answer: z.record(z.string(), z.unknown()) });
  app.openAPIRegistry.registerPath(self);
  const info = { title: "manymodel", version, description: "Registered versions of many models, over HTTP." };
  let document: object | undefined;
  app.get(self.path, (c) => c.json((document ??= app.getOpenAPI31Document({ openapi: "3.1.0", info }))));
  return app;
}
