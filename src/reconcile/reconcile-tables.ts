import { RECONCILIATION_METHODS, type ReconciliationMethod } from "@manymodel/forecast/hierarchy";
import { zip } from "../core/aligned.ts";
import { ManymodelError, show } from "../core/errors.ts";
import { checkLevels } from "../core/quantile.ts";
import { checkName } from "../core/run.ts";
import { prepareOutput } from "../pipeline/prepare-output.ts";
import type { Engine } from "../ports/engine.ts";
import type { OnProgress } from "../runs/progress.ts";
import { checksum } from "../stages/checksum.ts";
import { BaseForecasts, noForecasts } from "./base-forecasts.ts";
import {
  type DeclaredLevels,
  declareHierarchy,
  type KeyedHierarchy,
  levelName,
  showNode,
} from "./declared-hierarchy.ts";
import type { ReconcileSpec } from "./reconcile-spec.ts";
import { reconcileStep } from "./reconcile-step.ts";
import { ReconciledOutput } from "./reconciled-output.ts";
import { reconciledColumns } from "./reconciled-rows.ts";
import { readResiduals } from "./residuals.ts";

/** The result of a reconciliation. */
export interface ReconcileSummary {
  readonly method: ReconciliationMethod;
  readonly outputTable: string;
  readonly leaves: number;
  readonly aggregates: number;
  readonly steps: number;
  /** Number of leaves without a forecast at one or more of the times. */
  readonly leftOut: number;
  /**
   * Number of leaves and sums whose base forecast has no weight at one or more of the times, because the variance of
   * its error is unknown.
   */
  readonly unweighted: number;
  readonly rows: number;
}

/**
 * Reconciles the forecasts of several levels of one hierarchy into one table, which becomes visible as a whole. One time
 * is read, reconciled and written after another: memory is O(nodes), for `mint-shrink` O(nodes × residuals' times).
 *
 * @throws {ManymodelError} naming the table, key and time of what is missing or does not fit; nothing is written then
 */
export async function reconcileTables(
  engine: Pick<Engine, "source" | "output">,
  spec: ReconcileSpec,
  onProgress: OnProgress = () => {},
): Promise<ReconcileSummary> {
  const levels = checkSpec(spec);
  const { coverages, method, outputTable } = spec;
  const open = (table: string, by: readonly string[]) =>
    BaseForecasts.open(engine.source, table, by, spec.time, coverages);
  const [leafLevel, ...above] = levels;
  const leaves = await open(leafLevel.table, leafLevel.by);
  const sources: (BaseForecasts | undefined)[] = [leaves];
  for (const { table, by } of above) sources.push(table === undefined ? undefined : await open(table, by));
  checkTimes(spec, leaves, sources);
  const keyed = await declareHierarchy(engine.source, levels, await leaves.keys(), spec.attributes);
  const residuals = method === "mint-shrink" ? await readResiduals(engine.source, keyed, spec.time) : undefined;
  const reconcile = reconcileStep(keyed, spec, residuals);

  const time = spec.time.toUpperCase() === "STEP" ? null : leaves.timeColumn;
  const table = { keyed, method, time, coverages };
  const inputs = levels.flatMap(({ table, residuals }) => [table, residuals]).filter((name) => name !== undefined);
  await prepareOutput(engine, outputTable, reconciledColumns(table), inputs);
  const output = new ReconciledOutput(engine.output, outputTable, table);
  try {
    for (const [text, { value }] of leaves.times) {
      const base = noForecasts(keyed.hierarchy.nodes, coverages.length);
      for (const [source, level] of zip(sources, keyed.levels)) await source?.read(text, level, base);
      const missing = Uint8Array.from(base.mean, (mean) => (Number.isFinite(mean) ? 0 : 1));
      if (spec.missing === "fail") checkComplete(spec, keyed, missing, text);
      await output.add(value, base.mean, missing, reconcile(base, missing));
      onProgress({ total: leaves.times.size, done: output.steps, failed: 0 });
    }
    await output.finish(checksum(JSON.stringify(["reconcile", method, leafLevel.table])));
  } catch (error) {
    await output.discard();
    // What the numerics cannot do with these data.
    if (error instanceof RangeError) throw new ManymodelError("input", error.message, { cause: error });
    throw error;
  }
  const { leaves: leafCount, aggregates } = keyed.hierarchy;
  const { steps, leftOut, unweighted, rows } = output;
  return { method, outputTable, leaves: leafCount, aggregates, steps, leftOut, unweighted, rows };
}

/** Returns the levels of what is to be reconciled. @throws {ManymodelError} `usage` if they or the options do not fit */
function checkSpec({ levels, method, outputTable, coverages }: ReconcileSpec): DeclaredLevels {
  checkName("output table", outputTable, "table");
  if (!RECONCILIATION_METHODS.includes(method))
    throw new ManymodelError(
      "usage",
      `there is no reconciliation method ${show(method)}; it must be one of ${RECONCILIATION_METHODS.join(", ")}`,
    );
  const [leaves, ...above] = levels;
  if (leaves === undefined || above.length === 0)
    throw new ManymodelError(
      "usage",
      "a hierarchy has at least two levels: the leaves, then sums of them, such as --level store,sku=FORECASTS --level store",
    );
  const { table } = leaves;
  if (table === undefined)
    throw new ManymodelError(
      "usage",
      `the leaves, level ${levelName(leaves)}, have no table; add --level ${levelName(leaves)}=FORECASTS`,
    );
  checkLevels(coverages);
  if (method === "wls-var" && coverages.length === 0)
    throw new ManymodelError("usage", "method wls-var takes variances from intervals; give their levels, such as 95");
  const without = levels.find(({ table, residuals }) => table !== undefined && residuals === undefined);
  if (method === "mint-shrink" && without !== undefined)
    throw new ManymodelError(
      "usage",
      `level ${levelName(without)} has no residuals; method mint-shrink needs a table of them for each level that has forecasts`,
    );
  return [{ ...leaves, table }, ...above];
}

/** Checks that the times of all levels have one type and, unless missing forecasts are left out, that they are the same times. */
function checkTimes(
  { missing }: ReconcileSpec,
  leaves: BaseForecasts,
  sources: readonly (BaseForecasts | undefined)[],
): void {
  for (const source of sources) {
    if (source === undefined) continue;
    const [table, leafTable] = [source.table, leaves.table];
    const { name, type } = source.timeColumn;
    if (type !== leaves.timeColumn.type)
      throw new ManymodelError(
        "input",
        `${name} of ${table} is of type ${type}, that of ${leafTable} of type ${leaves.timeColumn.type}; the types must agree`,
      );
    if (missing === "leave-out") continue;
    for (const [here, there, [a, b]] of [
      [leaves, source, [leafTable, table]],
      [source, leaves, [table, leafTable]],
    ] as const)
      for (const time of here.times.keys())
        if (!there.times.has(time))
          throw new ManymodelError(
            "input",
            `${a} has forecasts for ${name} = ${time}, ${b} has none; score both from data that end at the same time, or reconcile without them by --missing leave-out`,
          );
  }
}

function checkComplete({ levels }: ReconcileSpec, keyed: KeyedHierarchy, missing: Uint8Array, time: string): void {
  for (const level of keyed.levels) {
    if (level.table === undefined) continue;
    for (const [text, node] of level.nodes)
      if (missing[level.first + node] === 1)
        throw new ManymodelError(
          "input",
          `${showNode(level, text)} has no forecast for ${time} in ${level.table}; see its STATUS there, or reconcile without it with --missing leave-out${level.by === levels[0]?.by ? "" : ", or leave the level's table out"}`,
        );
  }
}
