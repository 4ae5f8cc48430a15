import { z } from "zod";
import { SqlFailure } from "./failure.ts";

/** Returns a specification, checked against the documentation. JSON is YAML too. @throws {SqlFailure} for another */
export function specified<T>(schema: z.ZodType<T>, text: string): T {
  const { data, error } = schema.safeParse(JSON.parse(text));
  if (error !== undefined) throw new SqlFailure("395018", "22023", `Invalid spec: ${z.prettifyError(error)}`);
  return data as T;
}

const memory = z.string().regex(/^\d+(Gi|Mi|G|M)$/, "memory needs a unit");
const amounts = z.strictObject({
  memory: memory.optional(),
  cpu: z.number().gt(0).optional(),
  "nvidia.com/gpu": z.int().optional(),
});
const resources = z.strictObject({ requests: amounts.optional(), limits: amounts.optional() });
const name = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, "lower-case letters, digits and -");

const container = z.strictObject({
  name,
  image: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  readinessProbe: z.strictObject({ port: z.int(), path: z.string() }).optional(),
  volumeMounts: z.array(z.strictObject({ name, mountPath: z.string().startsWith("/") })).default([]),
  resources: resources.optional(),
});

/** The second version of stage volumes ("Snowflake stage volumes"); the first is refused (bundle 2026_08, bcr-2449). */
const stageVolume = z.strictObject({
  name,
  source: z.literal("stage", "stage mount v1 not supported, please use v2 instead"),
  stageConfig: z.strictObject({
    name: z.string().startsWith("@"),
    metadataCache: z.string().optional(),
    resources: resources.optional(),
  }),
  uid: z.int().optional(),
  gid: z.int().optional(),
});

/** A service's specification, by the fields of the "Service specification reference", of which any other is an error. */
export const SERVICE_SPECIFICATION = z.strictObject({
  serviceRoles: z.array(z.strictObject({ name: z.string(), endpoints: z.array(z.string()).min(1) })).optional(),
  spec: z.strictObject({
    containers: z.array(container).min(1),
    endpoints: z
      .array(
        z.strictObject({
          name,
          port: z.int(),
          public: z.boolean().default(false),
          protocol: z.enum(["TCP", "HTTP"]).optional(),
        }),
      )
      .default([]),
    volumes: z.array(stageVolume).default([]),
    logExporters: z
      .strictObject({ eventTableConfig: z.strictObject({ logLevel: z.enum(["INFO", "ERROR", "NONE"]) }) })
      .optional(),
    platformMonitor: z.strictObject({ metricConfig: z.strictObject({ groups: z.array(z.string()) }) }).optional(),
  }),
});
export type ServiceSpecification = z.infer<typeof SERVICE_SPECIFICATION>;

/** An inference job's specification, by the fields of EXECUTE INFERENCE JOB SERVICE, of which any other is an error. */
export const INFERENCE_SPECIFICATION = z.strictObject({
  input: z.strictObject({
    params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
    partition_column: z.string(),
  }),
  output: z.strictObject({
    stage_location: z.string().startsWith("@").endsWith("/"),
    mode: z.enum(["error", "overwrite"]),
  }),
  resources: resources.optional(),
  inference: z.strictObject({ num_workers: z.int().optional(), max_batch_rows: z.int().optional() }).optional(),
});
