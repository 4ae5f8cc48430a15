import type { Context } from "hono";
import type { Notes } from "../api/nouns/notes.ts";
import type { Overrides } from "../api/nouns/overrides.ts";
import * as schema from "./planner-schema.ts";
import { type Env, openApi, route } from "./route.ts";

/** Overrides and notes that planners write. */
export interface PlannerService {
  readonly overrides: Overrides;
  readonly notes: Notes;
}

/**
 * Returns the routes that show overrides and notes, and those that write them: under the name of the caller's token.
 */
export function plannerRoutes({ overrides, notes }: PlannerService) {
  const actingFor = <T extends { as(actor: string): T }>(c: Context<Env>, noun: T): T => {
    const { name } = c.get("caller");
    return name === null ? noun : noun.as(name);
  };
  const choice = (model: string | undefined, partitionKey: string | undefined) => ({
    ...(model !== undefined && { model }),
    ...(partitionKey !== undefined && { partitionKey }),
  });
  return openApi()
    .openapi(
      route("GET /v1/overrides/{model}", "The overrides of a model that are in force", {
        params: schema.modelPath,
        query: schema.seriesQuery,
        answer: schema.overrideList,
      }),
      async (c) => {
        const { model } = c.req.valid("param");
        return c.json({ overrides: await overrides.list(choice(model, c.req.valid("query").partition)) }, 200);
      },
    )
    .openapi(
      route("POST /v1/overrides/{model}", "Let values count in place of forecasts", {
        params: schema.modelPath,
        body: schema.overridesToSet,
        answer: schema.overrideChange,
      }),
      async (c) => {
        const { model } = c.req.valid("param");
        const { values, reason, expires } = c.req.valid("json");
        const rows = values.map(({ partition, time, value }) => ({ partitionKey: partition, time, value }));
        const options = { model, reason, ...(expires !== undefined && { expires }) };
        return c.json(await actingFor(c, overrides).set(rows, options), 200);
      },
    )
    .openapi(
      route("POST /v1/overrides/{model}/remove", "Let forecasts count again", {
        params: schema.modelPath,
        body: schema.overridesToRemove,
        answer: schema.overrideChange,
      }),
      async (c) => {
        const { model } = c.req.valid("param");
        const { partition, times, reason } = c.req.valid("json");
        const chosen = { ...choice(model, partition), ...(times !== undefined && { times }) };
        const why = reason === undefined ? {} : { reason };
        return c.json(await actingFor(c, overrides).remove(chosen, why), 200);
      },
    )
    .openapi(
      route("GET /v1/notes/{model}", "The notes on a model and its series, the newest first", {
        params: schema.modelPath,
        query: schema.seriesQuery,
        answer: schema.noteList,
      }),
      async (c) => {
        const { model } = c.req.valid("param");
        return c.json({ notes: await notes.list(choice(model, c.req.valid("query").partition)) }, 200);
      },
    )
    .openapi(
      route("POST /v1/notes/{model}", "Write a note on a series, or on the model", {
        params: schema.modelPath,
        body: schema.noteToAdd,
        answer: schema.note,
      }),
      async (c) => {
        const { model } = c.req.valid("param");
        const { partition, text } = c.req.valid("json");
        return c.json(await actingFor(c, notes).add(text, choice(model, partition)), 200);
      },
    )
    .openapi(
      route("DELETE /v1/notes/{model}/{note}", "Remove a note", {
        params: schema.notePath,
        answer: schema.removedNote,
      }),
      async (c) => {
        const { note } = c.req.valid("param");
        await actingFor(c, notes).remove(note);
        return c.json({ id: note }, 200);
      },
    );
}
