import { z } from "@hono/zod-openapi";
import { LEVEL_RULE } from "../core/quantile.ts";
import { REGISTRY_ACTIONS } from "../core/registry.ts";

/** The shapes of requests and answers: what requests are validated by, and the OpenAPI document is made of. */
const name = (what: string, example: string) =>
  z.string().openapi({ description: what, example, param: { in: "path", name: what } });

const path = {
  model: name("model", "MANY_MODEL_FORECAST"),
  version: name("version", "champion").openapi({ description: "A version, an alias of one, or `default`." }),
  alias: name("alias", "champion"),
  partition: name("partition", "s:A").openapi({ description: "A PARTITION_KEY, percent-encoded." }),
};
export const modelPath = z.object({ model: path.model });
export const versionPath = z.object({ model: path.model, version: path.version });
export const partitionPath = z.object({ model: path.model, version: path.version, partition: path.partition });
export const aliasPath = z.object({ model: path.model, alias: path.alias });

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const keyObject = z.record(z.string(), value);
const keyJson = z
  .union([value, z.array(value), keyObject])
  .openapi({ description: "A value, or for a composite key a list of values or an object of column to value." });

/** What may be asked of a prediction; counts are limited by the server's configuration. */
export const predictRequest = (limits: { readonly maxKeys: number; readonly maxHorizon: number }) =>
  z
    .strictObject({
      keys: z.array(keyJson).min(1).max(limits.maxKeys),
      horizon: z
        .int()
        .min(1)
        .max(limits.maxHorizon)
        .optional()
        .openapi({ description: "The version's when left out." }),
      levels: z
        .array(z.number().min(1, LEVEL_RULE).lt(100, LEVEL_RULE))
        .max(20)
        .optional()
        .openapi({ description: "Coverage of the intervals in percent; batch.levels when left out." }),
      rows: z
        .array(z.array(z.record(z.string(), value)))
        .optional()
        .openapi({
          description:
            "For each key the rows that `predict` sees as `data`: customers to score, or values known of the future.",
        }),
    })
    .openapi("PredictRequest", { example: { keys: ["A"], horizon: 2, levels: [80] } });

const series = z.array(z.number().nullable());
const prediction = z.object({
  key: keyObject,
  partitionKey: z.string(),
  status: z.enum(["OK", "STALE", "FALLBACK", "NO_MODEL", "ERROR"]),
  times: z
    .array(z.union([z.string(), z.number(), z.null()]))
    .nullable()
    .optional(),
  mean: series.optional(),
  lower: z.array(series).optional().openapi({ description: "One series for each of `levels`." }),
  upper: z.array(series).optional(),
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

/** Whole numbers arrive as text in a query. */
const natural = (min: number, max: number, fallback: number) =>
  z.coerce.number().pipe(z.int().min(min).max(max)).default(fallback);
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
