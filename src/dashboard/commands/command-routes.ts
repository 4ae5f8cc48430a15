import { type Context, Hono } from "hono";
import type { ManyModel } from "../../api/many-model.ts";
import { ManymodelError } from "../../core/errors.ts";
import type { Env } from "../../serving/route.ts";
import { commandLog, commandLogs } from "./command-log.ts";
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
  app.get("/api/logs", async (c) => c.json(await commandLogs(config.directory)));
  app.get("/api/logs/:log", async (c) => c.json(await commandLog(config.directory, c.req.param("log"))));
  app.post("/v1/commands/cancel/:run", async (c) => {
    const run = c.req.param("run");
    await noteFor(c, "cancel-run", { run });
    return c.json(await runs.cancel(run));
  });
  return app;
}

const TEXTS = ["run", "metric", "version", "model", "alias"] as const;

function requestOf(json: unknown): StartRequest {
  const fields = (json ?? {}) as Record<string, unknown>;
  const { command, worst, attributes } = fields;
  const isText = (value: unknown) => typeof value === "string";
  if (!isText(command) || TEXTS.some((name) => fields[name] !== undefined && !isText(fields[name])))
    throw new ManymodelError("usage", `command, ${TEXTS.join(", ")} must be texts`);
  if (worst !== undefined && !(Number.isSafeInteger(worst) && Number(worst) >= 1 && Number(worst) <= 1_000_000))
    throw new ManymodelError("usage", `worst is ${String(worst)}; it must be a whole number from 1 to 1000000`);
  const values = attributes ?? {};
  if (typeof values !== "object" || !Object.values(values).every(isText))
    throw new ManymodelError("usage", "attributes must be an object of texts, by the names of the attributes");
  return {
    command: String(command),
    ...Object.fromEntries(TEXTS.flatMap((name) => (isText(fields[name]) ? [[name, String(fields[name])]] : []))),
    ...(worst !== undefined && { worst: Number(worst) }),
    attributes: Object.fromEntries(Object.entries(values)),
  };
}
