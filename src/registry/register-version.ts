import { ManymodelError } from "../core/errors.ts";
import type { Change, ModelVersion } from "../core/registry.ts";
import { checkCount, checkName } from "../core/run.ts";
import type { Engine } from "../ports/engine.ts";
import { knownRun } from "../runs/known-run.ts";
import { whatToAwait } from "../runs/stalled.ts";

/** The settings of a version that a caller chooses. */
export interface VersionSpec {
  readonly model: string;
  readonly version: string;
  readonly runId: string;
  /** Steps that batch scoring forecasts when it is not told. */
  readonly horizon: number;
  readonly comment?: string;
  /** The version of the model that this one was made from. */
  readonly parent?: string;
}

/**
 * Registers a finished run as one immutable version of a model. Reads and writes one record each, however many
 * partitions the run has.
 *
 * @throws {ManymodelError} `not-found` for an unknown run, `conflict` if it is not finished or the version exists
 */
export async function registerVersion(
  engine: Pick<Engine, "catalog" | "versions" | "queue" | "roster" | "workers">,
  spec: VersionSpec,
  change: Change,
): Promise<ModelVersion> {
  checkName("model name", spec.model);
  checkName("version", spec.version);
  checkCount("horizon", spec.horizon);
  const run = await knownRun(engine.catalog, spec.runId);
  const { index, manifest } = run;
  if (run.state !== "completed" || index === null || manifest === null)
    throw new ManymodelError("conflict", `${await whatToAwait(engine, run)}; only a completed run can be registered`);
  if (index.succeeded === 0)
    throw new ManymodelError("conflict", `run ${spec.runId} has no model: all ${index.failed} partitions failed`);
  if (!manifest.definition.predicts)
    throw new ManymodelError(
      "conflict",
      `the model definition ${manifest.definition.name} of run ${spec.runId} has no predict, so it cannot be scored; add predict, and train again`,
    );
  const version: ModelVersion = {
    model: spec.model,
    version: spec.version,
    createdAt: change.at,
    runId: spec.runId,
    index,
    definitionSha256: manifest.definition.sha256,
    definitionName: manifest.definition.name,
    keyColumns: manifest.snapshot.keyColumns,
    keyArg: manifest.keyArg,
    exports: manifest.exports,
    horizon: spec.horizon,
    packageVersion: manifest.packageVersion,
    sourceFingerprint: manifest.snapshot.fingerprint,
    comment: spec.comment ?? null,
    ...(spec.parent !== undefined && { parent: spec.parent }),
  };
  await engine.versions.create(version, change);
  return version;
}
