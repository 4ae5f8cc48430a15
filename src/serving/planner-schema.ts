import { z } from "@hono/zod-openapi";
import { modelPath } from "./schema.ts";

export { modelPath };

/** The shapes of overrides and notes over HTTP. */
const partition = z.string().openapi({ description: "A PARTITION_KEY.", example: "s:A" });

export const seriesQuery = z.object({ partition: partition.optional() });
export const notePath = modelPath.extend({
  note: z.string().openapi({ description: "The id of a note.", param: { in: "path", name: "note" } }),
});

const override = z
  .object({
    model: z.string(),
    partitionKey: z.string(),
    time: z.string(),
    value: z.number(),
    reason: z.string(),
    expiresAt: z.string().nullable(),
    by: z.string(),
    at: z.string(),
  })
  .openapi("Override");
export const overrideList = z.object({ overrides: z.array(override) });

export const overridesToSet = z
  .strictObject({
    values: z
      .array(z.strictObject({ partition, time: z.string(), value: z.number() }))
      .min(1)
      .max(10_000)
      .openapi({ description: "Times as the source has them, and the forecasts that count." }),
    reason: z.string(),
    expires: z.string().optional().openapi({ description: "A date, a time (UTC) or a duration such as 14d." }),
  })
  .openapi("OverridesToSet", {
    example: { values: [{ partition: "s:A", time: "2026-12-24", value: 120 }], reason: "promotion", expires: "30d" },
  });

export const overridesToRemove = z
  .strictObject({
    partition: partition.optional(),
    times: z.array(z.string()).max(10_000).optional().openapi({ description: "All of them when left out." }),
    reason: z.string().optional(),
  })
  .openapi("OverridesToRemove", { example: { partition: "s:A", times: ["2026-12-24"] } });

export const overrideChange = z
  .object({ model: z.string(), changeId: z.string(), overrides: z.int() })
  .openapi("OverrideChange");

export const note = z
  .object({
    id: z.string(),
    model: z.string(),
    partitionKey: z.string().nullable(),
    text: z.string(),
    by: z.string(),
    at: z.string(),
  })
  .openapi("Note");
export const noteList = z.object({ notes: z.array(note) });
export const noteToAdd = z
  .strictObject({
    partition: partition.optional().openapi({ description: "The model itself when left out." }),
    text: z.string(),
  })
  .openapi("NoteToAdd", { example: { partition: "s:A", text: "The shop was closed for a week." } });
export const removedNote = z.object({ id: z.string() });
