import { z } from "@hono/zod-openapi";
import { LEVEL_RULE } from "../core/quantile.ts";
import { REGISTRY_ACTIONS } from "../core/registry.ts";
import { NAME_RULE } from "../core/run.ts";
import { isKeyJson, type KeyJson } from "./key-json.ts";
import { isRowJson, type RowJson } from "./rows-json.ts";

/** Returns the shapes of requests and answers: what requests are validated by, and the OpenAPI document is made of. */
const name = (noun: string, example: string) =>
  z.string().openapi({ description: noun, example, param: { in: "path", name: noun } });

/** Only documented: a name of another form is not found, or refused in the registry's own words. */
const form = { pattern: NAME_RULE.pattern.source };
const path = {
  model: name("model", "MANY_MODEL_FORECAST").openapi(form),
  version: name("version", "champion").openapi({ ...form, description: "A version, an alias of one, or `default`." }),
  alias: name("alias", "champion").openapi(form),
  partition: name("partition", "s:A").openapi({ description: "A PARTITION_KEY, percent-encoded." }),
};
export const modelPath = z.object({ model: path.model });
export const versionPath = z.object({ model: path.model, version: path.version });
export const partitionPath = z.object({ model: path.model, version: path.version, partition: path.partition });
export const aliasPath = z.object({ model: path.model, alias: path.alias });

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const keyObject = z.record(z.string(), value);

/** The rule for every element of a list. */
interface Element<T> {
  readonly is: (json: unknown) => json is T;
  /** The text of the error for an element that breaks the rule. */
  readonly rule: string;
}

/**
 * Returns a list that is checked up to its first wrong element. The library's own schema of a list collects every
 * error, which takes seconds for a large request. It knows nothing of the elements, so each list states its JSON
 * Schema.
 */
const list = <T>({ is, rule }: Element<T>, { least = 0, most = Number.POSITIVE_INFINITY } = {}) =>
  z.custom<T[]>().superRefine((json: unknown, c) => {
    if (!Array.isArray(json)) return c.addIssue("must be a list");
    if (json.length < least) return c.addIssue(`has ${json.length} elements; at least ${least}`);
    if (json.length > most) return c.addIssue(`has ${json.length} elements; at most ${most}`);
    const wrong = json.findIndex((one) => !is(one));
    if (wrong !== -1) c.addIssue({ code: "custom", path: [wrong], message: rule });
  });

const KEY = "a value, or for a composite key a list of values, or an object of column to value";
const key: Element<KeyJson> = { is: isKeyJson, rule: `must be ${KEY}` };
const level: Element<number> = {
  is: (json): json is number => typeof json === "number" && json >= 1 && json < 100,
  rule: LEVEL_RULE,
};
const rows: Element<RowJson[]> = {
  is: (json): json is RowJson[] => Array.isArray(json) && json.every(isRowJson),
  rule: "must be a list of rows, each an object of column to value",
};

const MAX_LEVELS = 20;
const CELL = {
  type: ["string", "number", "boolean", "null"] satisfies ("string" | "number" | "boolean" | "null")[],
};

/** Returns the schema of a prediction's request. The server's configuration limits the counts. */
export const predictRequest = ({ maxKeys, maxHorizon }: { readonly maxKeys: number; readonly maxHorizon: number }) =>
  z
    .strictObject({
      keys: list(key, { least: 1, most: maxKeys }).openapi({
        description: `For each partition ${KEY}.`,
        type: "array",
        items: { anyOf: [CELL, { type: "array", items: CELL }, { type: "object", additionalProperties: CELL }] },
        minItems: 1,
        maxItems: maxKeys,
      }),
      horizon: z.int().min(1).max(maxHorizon).optional().openapi({ description: "The version's when left out." }),
      levels: list(level, { most: MAX_LEVELS })
        .optional()
        .openapi({
          description: "Coverage of the intervals in percent; batch.levels when left out.",
          type: "array",
          items: { type: "number", minimum: 1, exclusiveMaximum: 100 },
          maxItems: MAX_LEVELS,
        }),
      leadTime: z
        .int()
        .min(1)
        .max(maxHorizon)
        .optional()
        .openapi({ description: "Steps until an order arrives, at most `horizon`: adds what to order by." }),
      serviceLevel: z.number().gt(0).lt(1).optional().openapi({
        description:
          "The probability that the demand over the lead time does not exceed the order; 0.95 when left out.",
      }),
      rows: list(rows)
        .optional()
        .openapi({
          description:
            "For each key the rows that `predict` sees as `data`: customers to score, or values known of the future.",
          type: "array",
          items: { type: "array", items: { type: "object", additionalProperties: CELL } },
        }),
    })
    .openapi("PredictRequest", { example: { keys: ["A"], horizon: 2, levels: [80] } });

const series = z.array(z.number().nullable());
const prediction = z.object({
  key: keyObject,
  partitionKey: z.string(),
  status: z.enum(["OK", "STALE", "UNDATED", "FALLBACK", "NO_MODEL", "ERROR", "ENDED"]),
  times: z
    .array(z.union([z.string(), z.number(), z.null()]))
    .nullable()
    .optional(),
  mean: series.optional(),
  final: series.optional().openapi({
    description: "The forecasts that count, where an override is in force: the override, else the mean.",
  }),
  lower: z.array(series).optional().openapi({ description: "One series for each of `levels`." }),
  upper: z.array(series).optional(),
  columns: z
    .record(z.string(), z.array(value))
    .optional()
    .openapi({ description: "Columns that the model's definition adds, such as a class." }),
  order: z
    .object({
      leadTime: z.int(),
      demand: z.number(),
      orderUpTo: z.number().nullable(),
      safetyStock: z.number().nullable(),
    })
    .optional()
    .openapi({ description: "Where a lead time was asked for; null where the model has no intervals." }),
  errorType: z.string().nullable().optional(),
  errorMessage: z.string().nullable().optional(),
});
export type Prediction = z.infer<typeof prediction>;

export const predictAnswer = z
  .object({
    model: z.string(),
    version: z.string(),
    horizon: z.int(),
    levels: z.array(z.number()),
    predictions: z.array(prediction).openapi({ description: "In the order of `keys`." }),
  })
  .openapi("PredictAnswer", {
    example: {
      model: "MANY_MODEL_FORECAST",
      version: "V1",
      horizon: 2,
      levels: [80],
      predictions: [
        {
          key: { sku: "A" },
          partitionKey: "s:A",
          status: "OK",
          times: ["2026-05-01", "2026-05-02"],
          mean: [21.5, 22],
          lower: [[19, 19.5]],
          upper: [[24, 24.5]],
        },
      ],
    },
  });

/** Returns readings to judge; counts are limited by the server's configuration. */
export const readingsRequest = ({ maxKeys }: { readonly maxKeys: number }) =>
  z
    .strictObject({
      keys: list(key, { least: 1, most: maxKeys }).openapi({
        description: `For each sensor ${KEY}, each once.`,
        type: "array",
        items: { anyOf: [CELL, { type: "array", items: CELL }, { type: "object", additionalProperties: CELL }] },
        minItems: 1,
        maxItems: maxKeys,
      }),
      rows: list(rows).openapi({
        description: "For each key its new readings, in the order of their times.",
        type: "array",
        items: { type: "array", items: { type: "object", additionalProperties: CELL } },
      }),
    })
    .openapi("ReadingsRequest", {
      example: { keys: ["T1"], rows: [[{ AT: "2026-05-01 00:00:00", READING: 21.5 }]] },
    });

const timeList = z.array(z.union([z.string(), z.number(), z.null()])).nullable();
const judged = z.object({
  key: keyObject,
  partitionKey: z.string(),
  status: z.enum(["OK", "NO_MODEL", "ERROR"]),
  times: timeList.optional().openapi({ description: "A time for each step since the last reading judged." }),
  value: series.optional(),
  expected: series.optional(),
  lower: series.optional(),
  upper: series.optional(),
  score: series.optional().openapi({ description: "Errors in standard deviations." }),
  kinds: z
    .array(z.string().nullable())
    .optional()
    .openapi({ description: "What is wrong with each reading, such as `spike`; null for nothing." }),
  since: timeList.optional().openapi({ description: "When that began." }),
  errorType: z.string().nullable().optional(),
  errorMessage: z.string().nullable().optional(),
});
export type Judged = z.infer<typeof judged>;

export const readingsAnswer = z
  .object({
    model: z.string(),
    version: z.string(),
    sensors: z.array(judged).openapi({ description: "In the order of `keys`." }),
  })
  .openapi("ReadingsAnswer");

const version = z
  .object({
    model: z.string(),
    version: z.string(),
    createdAt: z.string(),
    runId: z.string(),
    horizon: z.int(),
    keyColumns: z.array(z.object({ name: z.string(), type: z.string() })),
    definitionName: z.string(),
    definitionSha256: z.string(),
    packageVersion: z.string(),
    parent: z.string().nullable(),
    comment: z.string().nullable(),
    succeeded: z.int(),
    failed: z.int(),
    skipped: z.int(),
  })
  .openapi("Version");
export type VersionJson = z.infer<typeof version>;

const alias = z
  .object({ model: z.string(), alias: z.string(), version: z.string(), changedAt: z.string() })
  .openapi("Alias");
const annotation = z.object({
  kind: z.enum(["metric", "tag", "comment"]),
  name: z.string(),
  value: z.union([z.string(), z.number()]),
});

export const modelList = z.object({
  models: z.array(z.object({ model: z.string(), versions: z.int(), newest: version })),
});
export const modelAnswer = z.object({ model: z.string(), versions: z.array(version), aliases: z.array(alias) });
export const versionAnswer = version
  .extend({ aliases: z.array(z.string()), annotations: z.array(annotation) })
  .openapi("VersionInFull");
export const aliasList = z.object({ aliases: z.array(alias) });
export const aliasQuery = z.object({ model: z.string().optional() });
export const aliasMove = z
  .strictObject({
    version: z.string().openapi({ description: "The version to point at." }),
    from: z
      .string()
      .nullable()
      .optional()
      .openapi({ description: "Move it only if it points at this version now; null: only if there is no such alias." }),
  })
  .openapi("AliasMove", { example: { version: "V2" } });
export const aliasAnswer = z.object({ model: z.string(), alias: z.string(), version: z.string() });
export const nothing = z.strictObject({}).openapi("Nothing", { example: {} });
export const deleted = z.object({ model: z.string(), version: z.string() });

/** Returns the whole numbers arrive as text in a query. */
const natural = (min: number, max: number, fallback: number) =>
  z.coerce
    .number()
    .pipe(z.int().min(min).max(max))
    .default(fallback)
    .openapi({ type: "integer", minimum: min, maximum: max });
export const pageQuery = z.object({
  offset: natural(0, Number.MAX_SAFE_INTEGER, 0),
  limit: natural(1, 1000, 100),
});
export const auditQuery = z.object({ model: z.string().optional(), limit: natural(1, 1000, 100) });

const partition = z
  .object({
    key: keyObject,
    partitionKey: z.string(),
    outcome: z.enum(["succeeded", "failed", "skipped"]),
    modelKind: z.string().nullable(),
    metrics: z.record(z.string(), z.number().nullable()).nullable(),
    nObs: z.int(),
    firstTs: z.string().nullable(),
    lastTs: z.string().nullable(),
    interval: z.string().nullable(),
    fitMs: z.number(),
    seed: z.int(),
    errorType: z.string().nullable(),
    errorMessage: z.string().nullable(),
  })
  .openapi("Partition");
export type PartitionJson = z.infer<typeof partition>;

export const partitionPage = z.object({
  model: z.string(),
  version: z.string(),
  total: z.int(),
  offset: z.int(),
  partitions: z.array(partition),
});
export const partitionAnswer = partition
  .extend({ runId: z.string(), fitted: z.unknown(), forecast: z.unknown(), info: z.unknown() })
  .openapi("PartitionInFull");

export const auditAnswer = z.object({
  entries: z.array(
    z.object({
      at: z.string(),
      by: z.string(),
      action: z.enum(REGISTRY_ACTIONS),
      model: z.string().nullable(),
      version: z.string().nullable(),
      details: z.unknown(),
    }),
  ),
});

export const health = z.object({ status: z.string() }).openapi("Health", { example: { status: "ok" } });
export const errorAnswer = z.object({ error: z.object({ kind: z.string(), message: z.string() }) }).openapi("Error", {
  example: { error: { kind: "not-found", message: 'there is no model "X"; see "manymodel models"' } },
});
