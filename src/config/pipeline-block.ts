import { z } from "zod";
import { GATE_METRICS } from "../core/gate.ts";
import { count, duration } from "./common-values.ts";

const files = z.union([
  z
    .string()
    .min(1)
    .transform((file) => [file]),
  z.array(z.string().min(1)).min(1),
]);

const importBlock = z.union([
  files.transform((list) => ({ files: list, table: undefined, key: undefined })),
  z.strictObject({
    files,
    table: z.string().min(1).optional(),
    key: z.array(z.string().min(1)).min(1).optional(),
    delimiter: z.string().min(1).optional(),
    decimal: z.string().min(1).optional(),
    date_format: z.string().min(1).optional(),
    nulls: z.array(z.string()).optional(),
  }),
]);

const share = z.number().min(0).max(1);

const promote = z.strictObject({
  metric: z.enum(GATE_METRICS).default("wape"),
  at_most: z.number().gt(0).default(1.02),
  max_failed: z.union([z.int().min(0), z.number().min(0).lt(1)]).default(0.01),
  max_outside: share.default(0.5),
  holdout: count.optional(),
});

const oneExport = z.union([
  z
    .string()
    .min(1)
    .transform((to) => ({ table: "FORECASTS", to, where: undefined })),
  z.strictObject({
    table: z.string().min(1).default("FORECASTS"),
    to: z.string().min(1),
    where: z.string().min(1).optional(),
  }),
]);

const webhook = z.url({ protocol: /^https?$/ });

/** The block of a configuration that says what a night does besides training and scoring. */
export const pipeline = z
  .strictObject({
    import: importBlock
      .optional()
      .describe(
        "Files to append to source.table, each once: names or patterns such as inbox/*.csv, or `files` with `table` and `key` for another table, delimiter, decimal, date_format and nulls.",
      ),
    monitor: z
      .boolean()
      .default(false)
      .describe("Whether the forecasts of the night before are compared with the new observations."),
    promote: promote
      .optional()
      .describe(
        "The gate: register.alias moves to a new version only if its errors are `at_most` times those of the version in use (`metric`: wape, mae, rmse; over the last `holdout` observations, by default train.holdout), at most `max_failed` partitions have no model, and at most the share `max_outside` of the new observations lies outside the 95 % intervals.",
      ),
    export: z
      .union([oneExport.transform((one) => [one]), z.array(oneExport).min(1)])
      .optional()
      .describe("A file for the view FORECASTS, or `table`, `to` and `where`, or several of these."),
    notify: z
      .union([
        webhook.transform((url) => ({ url, when: "always" as const, timeout: undefined })),
        z.strictObject({
          url: webhook,
          when: z.enum(["always", "trouble"]).default("always"),
          timeout: duration,
        }),
      ])
      .optional()
      .describe(
        "The URL for the results of the night as JSON: always, or in `trouble`, which is any exit code other than 0.",
      ),
  })
  .describe("Further steps of `manymodel pipeline run`; see docs/every-night.md.");
