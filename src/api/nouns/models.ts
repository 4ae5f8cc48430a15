import { ManymodelError, show } from "../../core/errors.ts";
import {
  type Annotation,
  type AuditEntry,
  aliasHistory,
  type Change,
  DEFAULT_ALIAS,
  type ModelAlias,
  type ModelVersion,
} from "../../core/registry.ts";
import { checkName } from "../../core/run.ts";
import { during } from "../../ports/activity.ts";
import type { Engine } from "../../ports/engine.ts";
import type { Stage } from "../../ports/stage.ts";
import type { VersionDiff } from "../../registry/diff.ts";
import type { Lineage } from "../../registry/lineage.ts";
import { packageVersion } from "../package-version.ts";

/** Options of registering. Options left out come from the configuration. */
export interface RegisterOptions {
  /** The model's name; `register.model` when left out. */
  readonly model?: string;
  /** The version's name: `V1`, `2026-11-23`, …; the next V1, V2, … when left out. */
  readonly version?: string;
  /** The completed run, or its id. */
  readonly run: string | { readonly runId: string };
  /** Steps that batch scoring forecasts by default; `train.horizon` when left out. */
  readonly horizon?: number;
  /** The columns that the run was partitioned by; checked if stated. */
  readonly partitionBy?: string | readonly string[];
  readonly comment?: string;
  /** An alias to point at the version, such as `champion`. */
  readonly alias?: string;
}

/** A version to make from another one and a run. */
export interface PatchOptions {
  readonly model: string;
  /** The version to patch, or an alias; the default version when left out. */
  readonly base?: string;
  readonly run: string;
  /** The new version's name; the next V1, V2, … when left out. */
  readonly version?: string;
  readonly comment?: string;
}

/** The default model and horizon of a registration. */
export interface RegisterDefaults {
  readonly model: string;
  readonly horizon: number;
}

/** The registry: immutable versions of models, and the aliases that point at them. */
export class Models {
  readonly #engine: Engine;
  readonly #defaults: RegisterDefaults;
  readonly #actor: string;

  /** @param actor - the name of whoever makes changes, for the audit log */
  constructor(engine: Engine, defaults: RegisterDefaults, actor: string) {
    this.#engine = engine;
    this.#defaults = defaults;
    this.#actor = actor;
  }

  /** Returns the same registry, which records its changes under another actor's name. */
  as(actor: string): Models {
    return new Models(this.#engine, this.#defaults, actor);
  }

  #change(): Change {
    return { by: this.#actor, at: new Date().toISOString() };
  }

  /**
   * Registers a completed run as one immutable version. Takes the same time for 200 partitions and for 1,000,000.
   *
   * @throws {ManymodelError} `not-found` for an unknown run, `conflict` if it is not completed or the version exists
   */
  async register(options: RegisterOptions): Promise<ModelVersion> {
    const runId = typeof options.run === "string" ? options.run : options.run.runId;
    const { model = this.#defaults.model, horizon = this.#defaults.horizon, comment, alias } = options;
    const version = options.version ?? (await this.nextVersion(model));
    await this.#checkPartitionBy(runId, options.partitionBy);
    const spec = { model, version, runId, horizon, ...(comment !== undefined && { comment }) };
    const { registerVersion } = await import("../../registry/register-version.ts");
    const registered = await during({ phase: "register", run: runId }, () =>
      registerVersion(this.#engine, spec, this.#change()),
    );
    if (alias !== undefined) await this.setAlias(model, alias, version);
    return registered;
  }

  async #checkPartitionBy(runId: string, partitionBy: string | readonly string[] | undefined): Promise<void> {
    if (partitionBy === undefined) return;
    const names = typeof partitionBy === "string" ? [partitionBy] : partitionBy;
    const trained = (await this.#engine.catalog.run(runId))?.manifest?.snapshot.keyColumns.map(({ name }) => name);
    const lower = (list: readonly string[]) => JSON.stringify(list.map((name) => name.toLowerCase()));
    if (trained === undefined || lower(names) === lower(trained)) return;
    throw new ManymodelError(
      "usage",
      `partitionBy is ${show(names)}, but run ${runId} was partitioned by ${trained.join(", ")}`,
    );
  }

  /** Returns a version of a model by its name or an alias (the default version when left out), or undefined. */
  async find(model: string, version?: string): Promise<ModelVersion | undefined> {
    const { versions } = this.#engine;
    const named = version === undefined ? undefined : await versions.get(model, version);
    if (named !== undefined) return named;
    const name = version ?? DEFAULT_ALIAS;
    const alias = (await versions.aliases(model)).find((entry) => entry.alias === name);
    if (alias !== undefined) return versions.get(model, alias.version);
    return name === DEFAULT_ALIAS ? (await versions.list(model))[0] : undefined;
  }

  /**
   * Returns a version of a model by its name or an alias; the default version when left out, which is the newest unless
   * `setDefault` set another.
   *
   * @throws {ManymodelError} `not-found` if there is none
   */
  async get(model: string, version?: string): Promise<ModelVersion> {
    const match = await this.find(model, version);
    if (match === undefined)
      throw new ManymodelError(
        "not-found",
        version === undefined
          ? `there is no model ${show(model)}; see "manymodel models", or make one: manymodel register`
          : `there is no version or alias ${show(version)} of model ${show(model)}; see "manymodel versions"`,
      );
    return match;
  }

  /**
   * Points an alias (`champion`, `staging`, …) at a version, in one step: users of the alias get either the old or the
   * new version.
   *
   * @param from - move the alias only if it points at this version; null: only if the alias does not exist
   * @throws {ManymodelError} `not-found` for an unknown version, `conflict` if a version has that name, or the alias does
   *   not point at `from`
   */
  async setAlias(model: string, alias: string, version: string, from?: string | null): Promise<void> {
    checkName("alias", alias);
    const expected = from === undefined ? {} : { expected: from };
    await this.#engine.versions.moveAlias({ model, alias, version, ...expected }, this.#change());
  }

  /** Removes an alias. @throws {ManymodelError} `not-found` if the model has none of that name */
  async removeAlias(model: string, alias: string): Promise<void> {
    await this.#engine.versions.moveAlias({ model, alias, version: null }, this.#change());
  }

  /** Makes a version the default: the one that is used if no version is named. */
  setDefault(model: string, version: string): Promise<void> {
    return this.setAlias(model, DEFAULT_ALIAS, version);
  }

  /**
   * Undoes the last move of an alias, so that it points at its earlier version. Each further call goes one move further
   * back.
   *
   * @returns the version that the alias points at now
   * @throws {ManymodelError} `conflict` if there is no earlier version, it was deleted, or the alias is being moved
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

  /** Returns the aliases of a model, or of all. */
  aliases(model?: string): Promise<ModelAlias[]> {
    return this.#engine.versions.aliases(model);
  }

  /** Records a metric of a version. @throws {ManymodelError} `usage` unless it is a finite number */
  async setMetric(model: string, version: string, name: string, value: number): Promise<void> {
    if (!Number.isFinite(value))
      throw new ManymodelError("usage", `metric ${name} is ${show(value)}; it must be a finite number`);
    await this.#annotate(model, version, { kind: "metric", name: checkName("metric", name), value });
  }

  /** Tags a version. */
  setTag(model: string, version: string, name: string, value: string): Promise<void> {
    return this.#annotate(model, version, { kind: "tag", name: checkName("tag", name), value });
  }

  /** Comments on a version, in place of an earlier comment. */
  setComment(model: string, version: string, value: string): Promise<void> {
    return this.#annotate(model, version, { kind: "comment", name: "", value });
  }

  /** Returns metrics, tags and comment of a version. */
  async annotations(model: string, version: string): Promise<Annotation[]> {
    const record = await this.get(model, version);
    return this.#engine.versions.annotations(model, record.version);
  }

  async #annotate(model: string, version: string, annotation: Annotation): Promise<void> {
    const record = await this.get(model, version);
    await this.#engine.versions.annotate(model, record.version, annotation, this.#change());
  }

  /** Returns the origin of a version: its ancestors, and the runs, sources and definitions of its models. */
  async lineage(model: string, version?: string): Promise<Lineage> {
    const { versionLineage } = await import("../../registry/lineage.ts");
    return versionLineage(this.#engine, await this.get(model, version));
  }

  /** Returns the differences of version `after` from version `before`, partition by partition. */
  async diff(model: string, before: string, after: string): Promise<VersionDiff> {
    const [a, b] = [await this.get(model, before), await this.get(model, after)];
    const { diffVersions } = await import("../../registry/diff.ts");
    return diffVersions(this.#engine.stage, a, b);
  }

  /**
   * Registers a version in which the models of a run replace those of another version. It shares all other models.
   *
   * @throws {ManymodelError} see `patchVersion`
   */
  async patch(options: PatchOptions): Promise<ModelVersion> {
    const base = await this.get(options.model, options.base);
    const version = options.version ?? (await this.nextVersion(options.model));
    const { run: runId, comment } = options;
    const spec = { base, runId, version, horizon: base.horizon, ...(comment !== undefined && { comment }) };
    const { patchVersion } = await import("../../registry/patch.ts");
    return during({ phase: "register", run: runId }, () =>
      patchVersion(this.#engine, spec, packageVersion, this.#change()),
    );
  }

  /** Deletes a version; its artifacts stay with its run. @throws {ManymodelError} `conflict` while an alias points at it */
  async remove(model: string, version: string): Promise<void> {
    await this.#engine.versions.remove(model, version, this.#change());
  }

  /**
   * Brings the registry that follows this one (Snowflake's Model Registry) up to date with all versions of a model, or
   * of all models; returns the models.
   *
   * @throws {ManymodelError} `usage` if no registry follows this one
   */
  async sync(model?: string): Promise<string[]> {
    const { versions } = this.#engine;
    if (versions.sync === undefined)
      throw new ManymodelError("usage", "no other registry follows this one; set snowflake.model_registry: true");
    const models = model === undefined ? (await this.list()).map((entry) => entry.model) : [model];
    for (const one of models) await versions.sync(one);
    return models;
  }

  /** Deletes a run with its artifacts. @throws {ManymodelError} `conflict` while a version or a collection uses it */
  removeRun(runId: string): Promise<void> {
    return during({ phase: "clean", run: runId }, async () => {
      const { removeRun } = await import("../../registry/remove.ts");
      return removeRun(this.#engine, runId, this.#change());
    });
  }

  /** Writes a version, with everything that scoring needs, to an empty stage; returns the number of files. */
  async export(model: string, version: string | undefined, to: Stage): Promise<number> {
    const { exportVersion } = await import("../../registry/exchange.ts");
    return exportVersion(this.#engine, await this.get(model, version), to);
  }

  /** Writes a version's models as one JSON file per partition; returns their number. */
  async exportPartitions(model: string, version: string | undefined, to: Stage): Promise<number> {
    const { exportPartitions } = await import("../../registry/partition-files.ts");
    return exportPartitions(this.#engine, await this.get(model, version), to);
  }

  /**
   * Imports an exported version. Its definitions are executed when the version is used: import only versions that you
   * trust.
   */
  async import(from: Stage, as: { readonly model?: string; readonly version?: string } = {}): Promise<ModelVersion> {
    const { importVersion } = await import("../../registry/exchange.ts");
    return importVersion(this.#engine, from, as, this.#change());
  }

  /** Records in the audit log that a token was created or revoked. */
  logToken(action: "create-token" | "revoke-token", details: { readonly [name: string]: string }): Promise<void> {
    return this.#engine.versions.note({ ...this.#change(), action, model: null, version: null, details });
  }

  /** Records in the audit log that a command was started, or a run cancelled, from the dashboard. */
  logCommand(action: "start-command" | "cancel-run", details: { readonly [name: string]: string }): Promise<void> {
    return this.#engine.versions.note({ ...this.#change(), action, model: null, version: null, details });
  }

  /** Returns the newest changes of the registry, of one model or of all, oldest first: who, when, what. */
  audit(options: { readonly model?: string; readonly limit?: number } = {}): Promise<AuditEntry[]> {
    return this.#engine.versions.audit({ limit: 100, ...options });
  }

  /** Returns the first of V1, V2, … that a model does not have. */
  async nextVersion(model: string): Promise<string> {
    const names = new Set((await this.versions(model)).map(({ version }) => version));
    let n = names.size + 1;
    while (names.has(`V${n}`)) n++;
    return `V${n}`;
  }

  /** Returns the versions of a model, or of all, newest first. */
  versions(model?: string): Promise<ModelVersion[]> {
    return this.#engine.versions.list(model);
  }

  /** Returns the models, each with its newest version and its number of versions. */
  async list(): Promise<{ model: string; versions: number; newest: ModelVersion }[]> {
    const models = new Map<string, ModelVersion[]>();
    for (const version of await this.versions())
      models.set(version.model, [...(models.get(version.model) ?? []), version]);
    return [...models].map(([model, versions]) => ({ model, versions: versions.length, newest: versions[0]! }));
  }
}
