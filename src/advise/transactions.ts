import { median } from "@manymodel/forecast/stats";
import type { Snapshot } from "../core/run.ts";
import type { Source } from "../ports/source.ts";
import { sampledSeries } from "./sampled-series.ts";

/** The number of partitions in the sample. */
const SAMPLE = 50;
/** From this share of missing steps on, a series may be one of transactions. */
const SPARSE = 0.3;

/**
 * Detects a table of transactions: most series lack a row at 30 % of their steps or more, and no row of the sample says
 * that nothing was sold. Steps without a row then mean 0, but count as missing unless `source.fill` is `zero`.
 *
 * @returns the median share of steps without a row, or undefined if the table does not look so
 */
export async function shareWithoutRow(
  source: Pick<Source, "keys" | "read">,
  snapshot: Snapshot,
  { target, seed }: { readonly target: string; readonly seed: number },
): Promise<number | undefined> {
  const options = { target, covariates: [], size: SAMPLE, seed, clock: () => 0 };
  const { series } = await sampledSeries(source, snapshot, options);
  if (series.length === 0 || series.some(({ y }) => y.some((value) => value <= 0))) return undefined;
  const shares = series.map(({ y }) => y.filter(Number.isNaN).length / y.length);
  const share = median(shares.sort((a, b) => a - b));
  return share >= SPARSE ? share : undefined;
}
