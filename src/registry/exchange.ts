import type { ModelIndex } from "../core/artifact.ts";
import { ManymodelError, show } from "../core/errors.ts";
import type { Change, ModelVersion } from "../core/registry.ts";
import { checkName, type RunManifest } from "../core/run.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Engine } from "../ports/engine.ts";
import type { Stage } from "../ports/stage.ts";
import { completedRun, readIndex } from "../runs/read-index.ts";
import { checksum, getVerified } from "../stages/checksum.ts";
import { parseJson, putJson } from "../stages/json.ts";

/** `version.json`: what an exported version is made of. The files are beside it, under their paths on the stage. */
interface Exported {
  readonly formatVersion: 1;
  readonly version: ModelVersion;
  readonly manifest: RunManifest;
  /** Path and SHA-256 of every file, the index among them. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

const DESCRIPTION = "version.json";

/**
 * Writes a version with everything that scoring needs into a folder (any stage): its index, segments, indexes of keys
 * and model definitions, each verified, and last `version.json`, which names them.
 *
 * @throws {ManymodelError} `corrupt` if an artifact was changed, `conflict` if the folder is not empty
 */
export async function exportVersion(engine: Engine, version: ModelVersion, to: Stage): Promise<number> {
  if ((await to.list("")).length > 0)
    throw new ManymodelError("conflict", "the folder to export into is not empty; name an empty folder, or a new one");
  const { model, version: name, index: summary, runId } = version;
  const index = await readIndex(engine.stage, summary, `${model} ${name} was registered`);
  const { manifest } = await completedRun(engine, runId);
  const files = filesOf(summary, index);
  for (const { path, sha256 } of files)
    await to.put(path, await getVerified(engine.stage, path, sha256, "it was stored; its checksum differs"));
  const description: Exported = { formatVersion: 1, version, manifest, files };
  await putJson(to, DESCRIPTION, description);
  return files.length;
}

/**
 * Takes an exported version in, as a version of its own of the same or another model; its files are verified first. The
 * definitions in it are run when it is used: import only what you trust.
 *
 * @throws {ManymodelError} `corrupt` if a file is missing or was changed; `conflict` if the version is there already, or
 *   one of its runs is, with other content
 */
export async function importVersion(
  engine: Engine,
  from: Stage,
  as: { readonly model?: string; readonly version?: string },
  change: Change,
): Promise<ModelVersion> {
  const { stage, catalog, versions } = engine;
  const bytes = await from.get(DESCRIPTION).catch((cause: unknown) => {
    throw new ManymodelError("not-found", "the folder has no version.json: it is not an exported version", { cause });
  });
  const { formatVersion, version: exported, manifest } = checkDescription(parseJson<Exported>(bytes, DESCRIPTION));
  if (formatVersion !== 1)
    throw new ManymodelError(
      "input",
      `version.json has the format ${show(formatVersion)}, and this manymodel reads 1; update manymodel`,
    );
  const index = parseJson<ModelIndex>(await verified(from, exported.index), exported.index.path);
  const files = filesOf(exported.index, index);
  for (const { path, sha256 } of files) {
    checkPath(path);
    const content = await verified(from, { path, sha256 });
    const existing = await stage.get(path).then(checksum, () => undefined);
    if (existing !== undefined && existing !== sha256)
      throw new ManymodelError(
        "conflict",
        `${path} is in this workspace already, with other content; import into another workspace`,
      );
    if (existing === undefined) await stage.put(path, content);
  }
  const { runId } = manifest;
  const run = await catalog.run(runId);
  if (run === undefined) {
    await putJson(stage, stagePath.manifest(runId), manifest);
    await catalog.createRun(runId, manifest.createdAt);
    await catalog.moveRun(runId, "running", { manifest });
    await catalog.moveRun(runId, "finalizing");
    await engine.views.expose({ runId, keyColumns: manifest.snapshot.keyColumns, segments: index.segments });
    await catalog.moveRun(runId, "completed", { index: exported.index, endedAt: change.at });
  } else if (run.index?.sha256 !== exported.index.sha256)
    throw new ManymodelError(
      "conflict",
      `run ${runId} is in this workspace already, with other content; import into another workspace`,
    );
  const { parent: _, ...record } = exported;
  const version: ModelVersion = {
    ...record,
    model: checkName("model name", as.model ?? exported.model),
    version: checkName("version", as.version ?? exported.version),
    createdAt: change.at,
  };
  await versions.create(version, change);
  return version;
}

/** Returns every file that a version needs, the index first. */
function filesOf({ path, sha256 }: ModelVersion["index"], { sources, segments }: ModelIndex): Exported["files"] {
  const files = [
    { path, sha256 },
    ...sources.map(({ definitionSha256: sha256 }) => ({ path: stagePath.definition(sha256), sha256 })),
    ...sources.flatMap(({ keyIndex, learnt }) => [keyIndex ?? [], learnt ?? []].flat()),
    ...segments.map(({ path, sha256 }) => ({ path, sha256 })),
  ];
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

/** @throws {ManymodelError} `input` if a description lacks what is needed to read the rest */
function checkDescription(description: Exported): Exported {
  const { version, manifest } = description ?? {};
  const whole =
    typeof version?.index?.path === "string" &&
    typeof version.index.sha256 === "string" &&
    Array.isArray(version.keyColumns) &&
    Array.isArray(manifest?.snapshot?.keyColumns) &&
    manifest.runId === version.runId;
  if (!whole) throw new ManymodelError("input", "version.json does not describe an exported version; export it again");
  checkName("run id", version.runId);
  return description;
}

/** Checks that a file of a version is in the folder of a run or of definitions. */
function checkPath(path: string): void {
  if (!/^(runs\/[A-Za-z0-9][A-Za-z0-9_.-]*\/|definitions\/[0-9a-f]{64}\.mjs$)/.test(path))
    throw new ManymodelError("corrupt", `${show(path)} is not a file of a version; export it again`);
}

async function verified(from: Stage, { path, sha256 }: { path: string; sha256: string }): Promise<Uint8Array> {
  return getVerified(from, path, sha256, "it was exported; its checksum differs");
}
