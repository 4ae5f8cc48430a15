import { ManymodelError, show } from "../../core/errors.ts";
import type { ModelVersion } from "../../core/registry.ts";
import type { Engine } from "../../ports/engine.ts";
import { diffVersions } from "../../registry/diff.ts";
import { type Lineage, versionLineage } from "../../registry/lineage.ts";
import { count } from "../../text/number.ts";
import { keyLabel } from "../base/key-label.ts";
import type { DiffDetail, GraphNode, ModelDetail, ModelLine, VersionLine } from "../wire.ts";

const MOST_CHANGES = 50;
const MOST_IN_GRAPH = 12;
const MOST_KEYS = 50;

/** Returns the registered models, by name. */
export async function modelLines({ versions }: Engine): Promise<ModelLine[]> {
  const [all, aliases] = [await versions.list(), await versions.aliases()];
  const names = [...new Set(all.map(({ model }) => model))].sort();
  return names.map((model) => ({
    model,
    versions: all.filter((version) => version.model === model).map(versionLine),
    aliases: aliases
      .filter((alias) => alias.model === model)
      .map(({ alias, version, changedAt }) => ({ alias, version, changedAt })),
  }));
}

function versionLine({ version, createdAt, runId, definitionName, index, ...rest }: ModelVersion): VersionLine {
  const { succeeded, failed, skipped, bytes } = index;
  const { horizon, parent = null, comment } = rest;
  return {
    version,
    createdAt,
    runId,
    definition: definitionName,
    succeeded,
    failed,
    skipped,
    bytes,
    horizon,
    parent,
    comment,
  };
}

/** Returns one model in detail. @throws {ManymodelError} `not-found` for an unknown one */
export async function modelDetail(engine: Engine, model: string): Promise<ModelDetail> {
  const line = (await modelLines(engine)).find((one) => one.model === model);
  if (line === undefined)
    throw new ManymodelError("not-found", `there is no model ${show(model)}; see "manymodel models"`);
  const newest = (await engine.versions.list(model)).slice(0, MOST_IN_GRAPH);
  const lineages = await Promise.all(newest.map((version) => versionLineage(engine, version)));
  const audit = (await engine.versions.audit({ model, limit: MOST_CHANGES })).reverse();
  return {
    ...line,
    graph: graphOf(line, lineages),
    audit: audit.map(({ at, by, action, version, details }) => ({
      at,
      by,
      action,
      version,
      details: Object.entries(details)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
        .join(", "),
    })),
  };
}

/** Returns sources → runs → versions → aliases: what each was made from. */
function graphOf({ aliases }: ModelLine, lineages: readonly Lineage[]): ModelDetail["graph"] {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, { from: string; to: string; why: string }>();
  const node = (kind: GraphNode["kind"], label: string, note: string) => {
    const id = `${kind} ${label}`;
    if (!nodes.has(id)) nodes.set(id, { id, kind, label, note });
    return id;
  };
  const edge = (from: string, to: string, why: string) => edges.set(`${from}→${to}`, { from, to, why });
  for (const { version, runs, ancestors } of lineages) {
    const to = node(
      "version",
      version,
      `${count(runs.reduce((sum, { partitions }) => sum + partitions, 0))} partitions`,
    );
    for (const { runId, trained, partitions, definition } of runs) {
      const run = node("run", runId, definition.name ?? definition.sha256.slice(0, 8));
      edge(run, to, `${partitions} partitions`);
      if (trained === null) continue;
      edge(
        node("source", trained.source.table.replace(/^.*[\\/]/s, ""), `${count(trained.rows)} rows`),
        run,
        "trained on",
      );
      if (trained.refines !== null) edge(node("run", trained.refines, ""), run, "refined by");
    }
    if (ancestors[0] !== undefined && lineages.some((other) => other.version === ancestors[0]))
      edge(node("version", ancestors[0], ""), to, "patched to");
  }
  for (const { alias, version } of aliases)
    if (nodes.has(`version ${version}`)) edge(`version ${version}`, node("alias", alias, ""), "is");
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** Describes the differences between two versions. @throws {ManymodelError} `not-found` for an unknown version */
export async function diffDetail(
  { versions, stage }: Engine,
  model: string,
  before: string,
  after: string,
): Promise<DiffDetail> {
  const findVersion = async (version: string) => {
    const match = await versions.get(model, version);
    if (match === undefined)
      throw new ManymodelError("not-found", `there is no version ${show(version)} of model ${show(model)}`);
    return match;
  };
  const diff = await diffVersions(stage, await findVersion(before), await findVersion(after));
  return {
    before,
    after,
    unchanged: diff.unchanged,
    metrics: diff.metrics,
    warning: diff.warning,
    added: diff.added.length,
    lost: diff.lost.length,
    changed: diff.changed.length,
    keys: diff.changed.slice(0, MOST_KEYS).map((key) => ({ key, text: keyLabel(key) })),
  };
}
