import { type Context, Hono } from "hono";
import type { ManyModel } from "../../api/many-model.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { Env } from "../../serving/route.ts";
import { commandArguments, type StartRequest, startCommand } from "./start-command.ts";

/** Returns the routes that start commands and cancel runs, in the name of the caller's token. */
export function commandRoutes({ config, engine, models, runs }: ManyModel): Hono<Env> {
  const app = new Hono<Env>();
  const noteFor = (c: Context<Env>, action: "start-command" | "cancel-run", details: Record<string, string>) => {
    const { name } = c.get("caller");
    return (name === null ? models : models.as(name)).logCommand(action, details);
  };
  app.post("/v1/commands", async (c) => {
    if (engine.address.engine === "memory")
      throw new ManymodelError("usage", "the memory engine has no workspace that another process could open");
    const args = commandArguments(requestOf(await c.req.json()));
    // The entry comes first: what starts is in the log, even if this process ends in between.
    await noteFor(c, "start-command", { command: ["manymodel", ...args].join(" ") });
    return c.json(await startCommand(config, args, new Date()));
  });
  app.post("/v1/commands/cancel/:run", async (c) => {
    const run = c.req.param("run");
    await noteFor(c, "cancel-run", { run });
    return c.json(await runs.cancel(run));
  });
  return app;
}

function requestOf(json: unknown): StartRequest {
  const { command, run, worst, metric, version } = (json ?? {}) as Record<string, unknown>;
  const isText = (value: unknown) => value === undefined || typeof value === "string";
  if (typeof command !== "string" || !isText(run) || !isText(metric) || !isText(version))
    throw new ManymodelError("usage", "command, run, metric and version must be texts");
  if (worst !== undefined && !(Number.isSafeInteger(worst) && Number(worst) >= 1 && Number(worst) <= 1_000_000))
    throw new ManymodelError("usage", `worst is ${String(worst)}; it must be a whole number from 1 to 1000000`);
  return {
    command,
    ...(typeof run === "string" && { run }),
    ...(typeof version === "string" && { version }),
    ...(typeof metric === "string" && { metric }),
    ...(worst !== undefined && { worst: Number(worst) }),
  };
}
