import { at } from "../../core/aligned.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import type { Engine } from "../../ports/engine.ts";
import { type DeclaredLevels, declareHierarchy } from "../../reconcile/declared-hierarchy.ts";
import { keyLabel } from "../base/key-label.ts";
import { textAt } from "../base/text-column.ts";
import type { Making, TableCache } from "../partitions/table-cache.ts";
import { targetOf } from "../series/series-data.ts";
import { addedGroups, findGroupHistory, timeTypeOf } from "../totals/group-history.ts";
import { STRETCH, stretchOf } from "../totals/stretch.ts";
import type { Line } from "../wire.ts";
import type { HierarchyNode, HierarchyView, NodePart, NodeSums } from "../wire-hierarchy.ts";
import { type Level, levelsAround, levelsOf } from "./levels.ts";
import { leafRows, ownWapes, pooledWape } from "./node-errors.ts";
import { ReconciledForecasts } from "./reconciled-forecasts.ts";

const MOST_PARTS = 200;
const MOST_ROOTS = 500;
const MOST_STEPS = 5000;
/** The number of parts that are drawn, and the steps of history that are drawn of each. */
const [PICTURES, PICTURE_STEPS] = [12, 90];

/** A hierarchy as the configuration declares it. */
export interface ReconciledHierarchy {
  /** The table of reconciled forecasts. */
  readonly table: string;
  readonly levels: DeclaredLevels;
  /** Returns the table of the attributes that levels are by. */
  readonly attributes: () => Promise<string | undefined>;
}

/** Sources of the view of a hierarchy. */
export interface HierarchySurroundings {
  readonly engine: Engine;
  readonly tables: TableCache;
  /** The model of the leaves. */
  readonly model: string;
  /** Coverage of the intervals in percent. */
  readonly levels: readonly number[];
  /** The time column of the forecasts. */
  readonly time: string;
  readonly hierarchy: ReconciledHierarchy | null;
}

/** A node, and the level of its parts; left out, the total, and the next level. */
export interface NodeQuery {
  readonly level?: string;
  readonly key?: string;
  readonly by?: string;
}

/**
 * Describes a node of the reconciled forecasts: its history, forecast and error, the nodes it lies in, and its parts at a finer
 * level. The history is that of its leaves that have a forecast.
 *
 * @throws {ManymodelError} `not-found` without reconciled forecasts or such a node, `usage` without a hierarchy or such a level
 */
export async function hierarchyView(
  surroundings: HierarchySurroundings,
  query: NodeQuery,
  patienceMs: number,
): Promise<HierarchyView | Making> {
  const { engine, tables, model, levels: coverages, time, hierarchy } = surroundings;
  if (hierarchy === null)
    throw new ManymodelError("usage", "the configuration names no hierarchy; add reconcile.levels (docs/hierarchy.md)");
  const forecasts = new ReconciledForecasts(engine, hierarchy.table);
  const leafKeys = await forecasts.keys(at(hierarchy.levels, 0).by.join(","));
  const [version] = (await engine.versions.list(model)).sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  if (version === undefined) throw new ManymodelError("not-found", `model ${model} has no version: manymodel register`);
  const run = await tables.get(version.runId, patienceMs);
  if (!("search" in run)) return run;
  const keyed = await declareHierarchy(engine.source, hierarchy.levels, leafKeys, await hierarchy.attributes());
  const levels = levelsOf(keyed);
  const { level, node } = chosenNode(levels, query);
  const { above, below } = levelsAround(levels, level);
  const by = chosenParts(below, query.by);
  const ownErrors = await ownWapes(surroundings, level, patienceMs);
  const partErrors = by === undefined ? ownErrors : await ownWapes(surroundings, by, patienceMs);
  if ("done" in ownErrors) return ownErrors;
  if ("done" in partErrors) return partErrors;

  // A leaf is the only part of itself.
  const partLevel = by ?? level;
  const partOf = partLevel.of.map((part, leaf) => (level.of[leaf] === node ? part : -1));
  const leaves = leavesOf(partOf);
  const type = timeTypeOf(run.manifest);
  const ahead = await forecasts.series([level.name, at(level.keys, node)], time, type, coverages);
  const steps = Math.min(STRETCH, ahead.times.length);
  const sums = await forecasts.sums(partLevel.name, steps);
  const sumsOf = (part: number) => sums.get(at(partLevel.keys, part));
  const order = [...leaves.keys()].sort((a, b) => (sumsOf(b)?.next ?? 0) - (sumsOf(a)?.next ?? 0));
  const largest = order.slice(0, MOST_PARTS);

  // The observations of each of the largest parts, and of all others together.
  const rows = leafRows(run, at(levels, -1));
  const groups = largest.length + 1;
  const positions = new Map(largest.map((part, i) => [part, i]));
  const codes = new Uint32Array(run.search.table.head.rows).fill(groups);
  for (const [leaf, part] of partOf.entries())
    if (part >= 0 && at(rows, leaf) >= 0) codes[at(rows, leaf)] = positions.get(part) ?? largest.length;
  const notes: string[] = [];
  const grouped = { table: run.search.table, codes, groups };
  const history = await findGroupHistory(engine.source, run.manifest, grouped, notes);
  const [first = Number.POSITIVE_INFINITY] = ahead.times;
  const past = [...addedGroups(history.groups)].filter(([time]) => time < first).slice(-MOST_STEPS);
  const observed = past.map(([, value]) => value);
  const times = [...past.map(([time]) => time), ...ahead.times];
  const stretch = (values: readonly number[], next: number | null, base: number | null): NodeSums => ({
    ...stretchOf(times, values, ahead.forecast),
    ...{ next, base },
  });

  const leavesWape = await pooledWape(run, rows, partOf);
  const nodeWape = await pooledWape(
    run,
    rows,
    partOf.map((part) => (part < 0 ? -1 : 0)),
  );
  const pictured = by === undefined ? [] : largest.slice(0, PICTURES).map((part) => at(partLevel.keys, part));
  const pictures = await forecasts.lines(partLevel.name, pictured);
  const parts = (by === undefined ? [] : largest).map((part, i): NodePart => {
    const key = at(partLevel.keys, part);
    const group = history.groups[i];
    const line = pictures.get(key);
    const observedOf = (missing: null | 0) => past.map(([time]) => group?.get(time) ?? missing);
    return {
      ...nodeOf(partLevel, part, leaves.get(part)),
      // A day without a row adds nothing, as in the sum.
      sums: stretch(
        past.map(([time]) => group?.get(time) ?? 0),
        sumsOf(part)?.next ?? null,
        sumsOf(part)?.base ?? null,
      ),
      history: line === undefined ? [] : observedOf(null).slice(-PICTURE_STEPS),
      forecast: line ?? [],
      ...{ leavesWape: leavesWape(part), baseWape: partErrors.get(key) ?? null },
    };
  });
  const root = at(levels, 0);
  const firstLeaf = partOf.findIndex((part) => part >= 0);
  const rootLeaves = leavesOf(root.of);
  return {
    ...{
      table: hierarchy.table,
      runId: version.runId,
      target: targetOf(run.manifest) ?? "",
      timeType: type,
      coverages,
    },
    roots: root.keys.slice(0, MOST_ROOTS).map((_, i) => nodeOf(root, i, rootLeaves.get(i))),
    above: above.map((one) => {
      const parent = at(one.of, firstLeaf);
      return nodeOf(one, parent, leavesOf(one.of).get(parent));
    }),
    node: {
      ...nodeOf(
        level,
        node,
        Array.from(leaves.values()).reduce((sum, count) => sum + count, 0),
      ),
      ...{ times, history: observed, forecast: ahead.forecast, lower: ahead.lower, upper: ahead.upper },
      sums: stretch(observed, total(ahead.forecast.slice(0, steps)), total(ahead.base.slice(0, steps))),
      ...{ leavesWape: nodeWape(0), baseWape: ownErrors.get(at(level.keys, node)) ?? null },
    },
    partitionKey:
      by === undefined && at(rows, firstLeaf) >= 0 ? textAt(run.search.table.keys, at(rows, firstLeaf)) : null,
    ...{ below: below.map(({ name }) => name), by: by?.name ?? null },
    ...{ parts, partCount: by === undefined ? 0 : order.length },
    sum: stretch(
      observed,
      total(order.map((part) => sumsOf(part)?.next ?? null)),
      total(order.map((part) => sumsOf(part)?.base ?? null)),
    ),
    notes,
  };
}

/** Returns the node that a query names; the first of the coarsest level if it names none. */
function chosenNode(levels: readonly Level[], { level: name, key }: NodeQuery): { level: Level; node: number } {
  const level = name === undefined ? levels[0] : levels.find((one) => one.name === name);
  if (level === undefined)
    throw new ManymodelError(
      "usage",
      `the hierarchy has no level ${show(name)}; it has ${levels.map(({ name }) => name).join(" and ")}`,
    );
  const node = key === undefined ? 0 : level.keys.indexOf(key);
  if (node < 0) throw new ManymodelError("not-found", `level ${level.name} has no node ${show(key)} with a forecast`);
  return { level, node };
}

/** Returns the level of a node's parts: the one that is named, else the next. */
function chosenParts(below: readonly Level[], name: string | undefined): Level | undefined {
  const level = name === undefined ? below[0] : below.find((one) => one.name === name);
  if (name !== undefined && level === undefined)
    throw new ManymodelError(
      "usage",
      `this node has no parts by ${show(name)}; it has parts by ${below.map(({ name }) => name).join(" and ") || "nothing: it is a leaf"}`,
    );
  return level;
}

function nodeOf(level: Level, node: number, leaves = 0): HierarchyNode {
  const key = at(level.keys, node);
  return { level: level.name, key, text: level.by.length === 0 ? "Total" : keyLabel(key), leaves };
}

/** Counts the leaves of each node. */
function leavesOf(nodes: Int32Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const node of nodes) if (node >= 0) counts.set(node, (counts.get(node) ?? 0) + 1);
  return counts;
}

/** Adds values up; null where one of them is missing. */
function total(values: Line): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return sum;
}
