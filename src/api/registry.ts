import { ManymodelError, show } from "../core/errors.ts";
import {
  type Annotation,
  type AuditEntry,
  aliasHistory,
  type Change,
  DEFAULT_ALIAS,
  type ModelAlias,
  type ModelVersion,
} from "../core/registry.ts";
import { checkName } from "../core/run.ts";
import type { BatchSummary } from "../pipeline/score-batch.ts";
import { during } from "../ports/activity.ts";
import type { Engine } from "../ports/engine.ts";
import type { Stage } from "../ports/stage.ts";
import { diffVersions, type VersionDiff } from "../registry/diff.ts";
import { exportVersion, importVersion } from "../registry/exchange.ts";
import { type Lineage, versionLineage } from "../registry/lineage.ts";
import { exportPartitions } from "../registry/partition-files.ts";
import { patchVersion } from "../registry/patch.ts";
import { registerVersion } from "../registry/register-version.ts";
import { removeRun } from "../registry/remove.ts";
import { packageVersion } from "./package-version.ts";
import { type RunBatchOptions, runBatch } from "./run-batch.ts";

/** What to register. */
export interface LogManyModelOptions {
  /** The model's name, and the version's: `V1`, `2026-11-23`, … */
  readonly name: string;
  readonly version: string;
  /** The run, or its id. */
  readonly run: string | { readonly runId: string };
  /** Steps that batch scoring forecasts when it is not told. */
  readonly horizon: number;
  /** The columns the run was partitioned by; checked where given. */
  readonly partitionColumns?: readonly string[];
  readonly comment?: string;
}

/** Registered versions: what other people build on. */
export class Registry {
  readonly #engine: Engine;
  readonly #resolveTable: (table: string) => string;
  readonly #actor: string;

  /**
   * @param resolveTable - makes a table's path absolute
   * @param actor - who changes what is changed, for the audit log
   */
  constructor(engine: Engine, resolveTable: (table: string) => string, actor: string) {
    this.#engine = engine;
    this.#resolveTable = resolveTable;
    this.#actor = actor;
  }

  /** The same registry, changed by somebody else. */
  as(actor: string): Registry {
    return new Registry(this.#engine, this.#resolveTable, actor);
  }

  #change(): Change {
    return { by: this.#actor, at: new Date().toISOString() };
  }

  /**
   * Registers a completed run as one immutable version. Takes the same time for 200 partitions and for 1,000,000.
   *
   * @throws {ManymodelError} `not-found` for an unknown run, `conflict` if it is not completed or the version exists
   */
  async logManyModel(options: LogManyModelOptions): Promise<ModelVersion> {
    const runId = typeof options.run === "string" ? options.run : options.run.runId;
    const { name: model, version, horizon, comment, partitionColumns } = options;
    const run = await this.#engine.catalog.run(runId);
    const trained = run?.manifest?.snapshot.keyColumns.map((column) => column.name);
    const same = (a: readonly string[], b: readonly string[]) =>
      a.length === b.length && a.every((name, i) => name.toLowerCase() === b[i]!.toLowerCase());
    if (partitionColumns !== undefined && trained !== undefined && !same(partitionColumns, trained))
      throw new ManymodelError(
        "usage",
        `partitionColumns is ${show(partitionColumns)}, but run ${runId} was partitioned by ${trained.join(", ")}`,
      );
    const spec = { model, version, runId, horizon, ...(comment !== undefined && { comment }) };
    return during({ phase: "register", run: spec.runId }, () => registerVersion(this.#engine, spec, this.#change()));
  }

  /**
   * Scores every partition of a table into an output table: the next dates at each series' own interval, point
   * forecast, bounds, and a status (`OK`, `STALE`, `FALLBACK`, `NO_MODEL`, `ERROR`). Repeating a batch replaces its rows.
   *
   * @throws {ManymodelError} see `scoreBatch`
   */
  async runBatch(options: RunBatchOptions): Promise<BatchSummary> {
    const version = await this.knownModelVersion(options.model, options.version);
    return runBatch(this.#engine, version, options, this.#resolveTable);
  }

  /** A version of a model by its name or an alias (the default version when left out), or undefined. */
  async getModelVersion(model: string, version?: string): Promise<ModelVersion | undefined> {
    const { versions } = this.#engine;
    const named = version === undefined ? undefined : await versions.get(model, version);
    if (named !== undefined) return named;
    const wanted = version ?? DEFAULT_ALIAS;
    const alias = (await versions.aliases(model)).find((entry) => entry.alias === wanted);
    if (alias !== undefined) return versions.get(model, alias.version);
    return wanted === DEFAULT_ALIAS ? (await versions.list(model))[0] : undefined;
  }

  /**
   * A version of a model by its name or an alias; the default version when left out, which is the newest unless
   * `setDefaultModelVersion` said otherwise.
   *
   * @throws {ManymodelError} `not-found` if there is none
   */
  async knownModelVersion(model: string, version?: string): Promise<ModelVersion> {
    const found = await this.getModelVersion(model, version);
    if (found === undefined)
      throw new ManymodelError(
        "not-found",
        version === undefined
          ? `there is no model ${show(model)}; see "manymodel models", or make one: manymodel register`
          : `there is no version or alias ${show(version)} of model ${show(model)}; see "manymodel versions"`,
      );
    return found;
  }

  /**
   * Points an alias (`champion`, `staging`, …) at a version, in one step: whoever uses the alias gets one or the other.
   *
   * @param from - move it only if it points at this version now; null: only if there is none of that name
   * @throws {ManymodelError} `not-found` for an unknown version, `conflict` if a version has that name, or the alias does
   *   not point at `from`
   */
  async setModelAlias(model: string, alias: string, version: string, from?: string | null): Promise<void> {
    checkName("alias", alias);
    const expected = from === undefined ? {} : { expected: from };
    await this.#engine.versions.moveAlias({ model, alias, version, ...expected }, this.#change());
  }

  /** Removes an alias. @throws {ManymodelError} `not-found` if the model has none of that name */
  async removeModelAlias(model: string, alias: string): Promise<void> {
    await this.#engine.versions.moveAlias({ model, alias, version: null }, this.#change());
  }

  /** Makes a version the one that is meant where none is named. */
  setDefaultModelVersion(model: string, version: string): Promise<void> {
    return this.setModelAlias(model, DEFAULT_ALIAS, version);
  }

  /**
   * Takes back the last move of an alias: it points where it pointed before. Again, and it goes one further back.
   *
   * @returns the version it points at now
   * @throws {ManymodelError} `conflict` if there is none before, or it was deleted, or the alias is being moved
   */
  async rollback(model: string, alias: string): Promise<string> {
    const entries = await this.#engine.versions.audit({ model, limit: Number.MAX_SAFE_INTEGER });
    const [expected, version] = aliasHistory(entries, alias).reverse();
    if (expected === undefined || version === undefined)
      throw new ManymodelError(
        "conflict",
        expected === undefined
          ? `${model} has no alias ${show(alias)} to roll back`
          : `${alias} of ${model} has only ever pointed at ${expected}; there is nothing to go back to`,
      );
    await this.#engine.versions.moveAlias({ model, alias, version, expected, rollback: true }, this.#change());
    return version;
  }

  /** The aliases of a model, or of all. */
  showAliases(model?: string): Promise<ModelAlias[]> {
    return this.#engine.versions.aliases(model);
  }

  /** Records a metric of a version. @throws {ManymodelError} `usage` unless it is a finite number */
  async setModelMetric(model: string, version: string, name: string, value: number): Promise<void> {
    if (!Number.isFinite(value))
      throw new ManymodelError("usage", `metric ${name} is ${show(value)}; it must be a finite number`);
    await this.#annotate(model, version, { kind: "metric", name: checkName("metric", name), value });
  }

  /** Tags a version. */
  setModelTag(model: string, version: string, name: string, value: string): Promise<void> {
    return this.#annotate(model, version, { kind: "tag", name: checkName("tag", name), value });
  }

  /** Comments on a version, in place of what was said before. */
  setModelComment(model: string, version: string, value: string): Promise<void> {
    return this.#annotate(model, version, { kind: "comment", name: "", value });
  }

  /** Metrics, tags and comment of a version. */
  async showAnnotations(model: string, version: string): Promise<Annotation[]> {
    const known = await this.knownModelVersion(model, version);
    return this.#engine.versions.annotations(model, known.version);
  }

  async #annotate(model: string, version: string, annotation: Annotation): Promise<void> {
    const known = await this.knownModelVersion(model, version);
    await this.#engine.versions.annotate(model, known.version, annotation, this.#change());
  }

  /** Where a version comes from: its ancestors, and the runs, sources and definitions of its models. */
  async modelLineage(model: string, version?: string): Promise<Lineage> {
    return versionLineage(this.#engine, await this.knownModelVersion(model, version));
  }

  /** What is different in version `after` from version `before`, partition by partition. */
  async diff(model: string, before: string, after: string): Promise<VersionDiff> {
    const [a, b] = [await this.knownModelVersion(model, before), await this.knownModelVersion(model, after)];
    return diffVersions(this.#engine.stage, a, b);
  }

  /**
   * Registers a version in which the models of a run take the place of another version's own; it shares the rest.
   *
   * @throws {ManymodelError} see `patchVersion`
   */
  async patch(options: {
    readonly model: string;
    /** The version to patch, or an alias; the default version when left out. */
    readonly base?: string;
    readonly run: string;
    /** The new version's name; the next V1, V2, … when left out. */
    readonly version?: string;
    readonly comment?: string;
  }): Promise<ModelVersion> {
    const base = await this.knownModelVersion(options.model, options.base);
    const version = options.version ?? (await this.nextVersion(options.model));
    const { run: runId, comment } = options;
    const spec = { base, runId, version, horizon: base.horizon, ...(comment !== undefined && { comment }) };
    return during({ phase: "register", run: runId }, () =>
      patchVersion(this.#engine, spec, packageVersion, this.#change()),
    );
  }

  /** Deletes a version; its artifacts stay with its run. @throws {ManymodelError} `conflict` while an alias points at it */
  async deleteModelVersion(model: string, version: string): Promise<void> {
    await this.#engine.versions.remove(model, version, this.#change());
  }

  /**
   * Brings the registry that follows this one (Snowflake's Model Registry) up to date with all versions of a model, or of
   * all models; says of which.
   *
   * @throws {ManymodelError} `usage` if none follows
   */
  async sync(model?: string): Promise<string[]> {
    const { versions } = this.#engine;
    if (versions.sync === undefined)
      throw new ManymodelError("usage", "no other registry follows this one; snowflake.model_registry makes one do so");
    const models = model === undefined ? (await this.showModels()).map((known) => known.model) : [model];
    for (const one of models) await versions.sync(one);
    return models;
  }

  /** Deletes a run with its artifacts. @throws {ManymodelError} `conflict` while a version or a collection uses it */
  deleteRun(runId: string): Promise<void> {
    return during({ phase: "clean", run: runId }, () => removeRun(this.#engine, runId, this.#change()));
  }

  /** Writes a version with everything that scoring needs to an empty stage; says how many files. */
  async exportVersion(model: string, version: string | undefined, to: Stage): Promise<number> {
    return exportVersion(this.#engine, await this.knownModelVersion(model, version), to);
  }

  /** Writes a version's models as one JSON file a partition; says how many. */
  async exportPartitions(model: string, version: string | undefined, to: Stage): Promise<number> {
    return exportPartitions(this.#engine, await this.knownModelVersion(model, version), to);
  }

  /** Takes an exported version in. The definitions in it are run when it is used: import only what you trust. */
  importVersion(from: Stage, as: { readonly model?: string; readonly version?: string } = {}): Promise<ModelVersion> {
    return importVersion(this.#engine, from, as, this.#change());
  }

  /** Says in the audit log that a token for what is served was made or revoked. */
  logToken(action: "create-token" | "revoke-token", details: { readonly [name: string]: string }): Promise<void> {
    return this.#engine.versions.note({ ...this.#change(), action, model: null, version: null, details });
  }

  /** The newest changes of the registry, of one model or of all, oldest first: who, when, what. */
  audit(options: { readonly model?: string; readonly limit?: number } = {}): Promise<AuditEntry[]> {
    return this.#engine.versions.audit({ limit: 100, ...options });
  }

  /** The first of V1, V2, … that a model does not have. */
  async nextVersion(model: string): Promise<string> {
    const taken = new Set((await this.showVersions(model)).map(({ version }) => version));
    let n = taken.size + 1;
    while (taken.has(`V${n}`)) n++;
    return `V${n}`;
  }

  /** The versions of a model, or of all, newest first. */
  showVersions(model?: string): Promise<ModelVersion[]> {
    return this.#engine.versions.list(model);
  }

  /** The models, each with its newest version and how many there are. */
  async showModels(): Promise<{ model: string; versions: number; newest: ModelVersion }[]> {
    const models = new Map<string, ModelVersion[]>();
    for (const version of await this.showVersions())
      models.set(version.model, [...(models.get(version.model) ?? []), version]);
    return [...models].map(([model, versions]) => ({ model, versions: versions.length, newest: versions[0]! }));
  }
}
