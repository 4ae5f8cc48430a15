import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { ManymodelError, messageOf } from "../core/errors.ts";
import type { Engine } from "../ports/engine.ts";
import { assetResponse, loadAssets } from "./assets.ts";
import { dashboardRoutes } from "./routes.ts";
import type { Session, WireError } from "./wire.ts";

/** Nothing but the page's own files, and nobody else's frame. */
const POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

const STATUS = { usage: 400, config: 400, input: 422, "not-found": 404, conflict: 409 } as const;

/** The dashboard as an application: the page, what it reads, and what says who is asking. */
export async function dashboardApp(
  engine: Engine,
  session: Omit<Session, "name" | "role" | "mayMoveAliases" | "usesTokens">,
): Promise<Hono> {
  const app = new Hono();
  const assets = await loadAssets();
  app.use(secureHeaders({ contentSecurityPolicy: POLICY, referrerPolicy: "no-referrer" }));
  app.onError((error, c) => {
    const kind = error instanceof ManymodelError ? error.kind : "internal";
    const body: WireError = { error: { kind, message: messageOf(error) } };
    return c.json(body, kind in STATUS ? STATUS[kind as keyof typeof STATUS] : 500);
  });
  app.get("/api/session", (c) =>
    c.json({ ...session, name: "local", role: "admin", mayMoveAliases: true, usesTokens: false } satisfies Session),
  );
  app.route("/api", dashboardRoutes(engine));
  app.all("/api/*", (c) => c.json({ error: { kind: "not-found", message: `there is nothing at ${c.req.path}` } }, 404));
  app.get("*", (c) => {
    const name = c.req.path.slice(1);
    const found = assets.get(name);
    // Any other path is a place in the page, which finds it by itself.
    return assetResponse(
      found ?? assets.get("index.html")!,
      found === undefined ? "index.html" : name,
      c.req.header("Accept-Encoding"),
    );
  });
  return app;
}

/** Where the dashboard is to be found, and how to end it. */
export interface RunningDashboard {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves an application. @throws {ManymodelError} `conflict` if the port is taken */
export async function listen(app: Hono, host: string, port: number): Promise<RunningDashboard> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, (address) => {
      const shown = host.includes(":") ? `[${host}]` : host;
      resolve({
        url: `http://${shown}:${address.port}/`,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      });
    });
    server.on("error", (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === "EADDRINUSE"
          ? new ManymodelError(
              "conflict",
              `port ${port} of ${host} is in use; choose another with --port, or 0 for any`,
              { cause },
            )
          : cause,
      ),
    );
  });
}
