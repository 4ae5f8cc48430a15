import type { HttpBindings } from "@hono/node-server";
import { createRoute, OpenAPIHono, type RouteConfig, type z } from "@hono/zod-openapi";
import { at } from "../core/aligned.ts";
import { show } from "../core/errors.ts";
import { ACCESS } from "./access.ts";
import type { Guarded } from "./guard.ts";
import type { Timed } from "./limit.ts";
import { Refusal } from "./refusal.ts";
import { errorAnswer } from "./schema.ts";

/** The values that the server and its middleware set for every route. */
export type Env = { Bindings: HttpBindings; Variables: Guarded["Variables"] & Timed["Variables"] };

/**
 * Returns an application whose requests are validated by the schemas of their routes, with one line for what is wrong.
 */
export const openApi = () =>
  new OpenAPIHono<Env>({
    defaultHook(result) {
      if (result.success) return;
      const issue = at(result.error.issues, 0);
      const where = issue.path.reduce<string>(
        (text, part) =>
          typeof part === "number" ? `${text}[${part}]` : text === "" ? String(part) : `${text}.${String(part)}`,
        "",
      );
      // Of a body of unknown members only the first is named, however many there are.
      const message =
        issue.code === "unrecognized_keys" ? `has an unknown member ${show(at(issue.keys, 0))}` : issue.message;
      throw new Refusal("input", `${where === "" ? result.target : where}: ${message}`);
    },
  });

type Parts = {
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
  /** The media type of the answer; JSON when left out. */
  readonly type?: string;
};

/** Returns a route of the matrix as OpenAPI has it: what it takes, what it answers, and who may use it. */
export function route<R extends keyof typeof ACCESS, P extends Parts>(name: R, summary: string, parts: P) {
  const [method, path] = name.split(" ") as ["GET", string];
  const least = ACCESS[name];
  const { params, query, body, answer, type = "application/json" } = parts;
  return createRoute({
    method: method.toLowerCase() as Lowercase<RouteConfig["method"]> & "get",
    path,
    summary,
    description: least === "anyone" ? "Needs no token." : `Needs the role ${least}.`,
    security: least === "anyone" ? [] : [{ token: [] }],
    request: {
      ...(params !== undefined && { params }),
      ...(query !== undefined && { query }),
      ...(body !== undefined && { body: { required: true, content: { "application/json": { schema: body } } } }),
    } as RequestOf<P>,
    responses: {
      200: { description: "Done", content: { [type as "application/json"]: { schema: answer as P["answer"] } } },
      default: { description: "Why not", content: { "application/json": { schema: errorAnswer } } },
    },
  });
}

type RequestOf<P extends Parts> = (P extends { params: infer Params } ? { params: Params } : object) &
  (P extends { query: infer Query } ? { query: Query } : object) &
  (P extends { body: infer Body }
    ? { body: { required: true; content: { "application/json": { schema: Body } } } }
    : object);
