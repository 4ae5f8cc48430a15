import { ManymodelError, show } from "../../core/errors.ts";
import { holdoutErrors } from "../night/run-accuracy.ts";
import type { PartitionQuery, PartitionSearch } from "../partitions/partition-search.ts";
import { OUTCOMES } from "../partitions/partition-table.ts";
import type { GroupLine, RunGroups } from "../wire-totals.ts";

/**
 * Rolls up the partitions that a query finds by an attribute: how many there are, the error of all of them together, and what
 * it loses. WAPE is pooled: the sum of the errors in percent of the sum of the sizes.
 *
 * @returns groups in the order of what they lose, the most first
 * @throws {ManymodelError} `usage` for an attribute that is not kept, or a query that makes no sense
 */
export async function groupsOf(search: PartitionSearch, query: PartitionQuery, by: string): Promise<RunGroups> {
  const { table, attributes } = search;
  const attribute = attributes.attributes.find(({ name }) => name.toLowerCase() === by.toLowerCase());
  if (attribute === undefined)
    throw new ManymodelError(
      "usage",
      `there is no attribute ${show(by)} to group by; there is ${attributes.attributes.map(({ name }) => name).join(", ") || "none"}`,
    );
  const { mask } = search.mask(query);
  const errors = await holdoutErrors(table);
  const { codes, values } = attribute;
  const sums = values.map(() => ({ partitions: 0, failed: 0, scored: 0, error: 0, size: 0, value: 0, turnover: 0 }));
  const failed = OUTCOMES.indexOf("failed");
  for (let row = 0; row < mask.length; row++) {
    const sum = mask[row] === 1 ? sums[codes[row] ?? -1] : undefined;
    if (sum === undefined) continue;
    sum.partitions++;
    if (table.outcome[row] === failed) sum.failed++;
    const [error, size] = [errors?.error[row] ?? Number.NaN, errors?.size[row] ?? Number.NaN];
    if (!Number.isFinite(error) || !Number.isFinite(size)) continue;
    const worth = attributes.value?.[row] ?? Number.NaN;
    sum.scored++;
    sum.error += error;
    sum.size += size;
    if (!Number.isFinite(worth)) continue;
    sum.value += error * worth;
    sum.turnover += size * worth;
  }
  const hasValue = attributes.value !== null;
  const lines = sums.map(
    ({ partitions, failed, scored, error, size, value, turnover }, i): GroupLine => ({
      value: values[i] ?? null,
      ...{ partitions, failed, scored },
      wape: size > 0 ? (100 * error) / size : null,
      lostUnits: scored > 0 ? error : null,
      lostValue: hasValue && turnover > 0 ? value : null,
      units: scored > 0 ? size : null,
    }),
  );
  return {
    by: attribute.name,
    groups: lines
      .filter(({ partitions }) => partitions > 0)
      .sort((a, b) => (b.lostValue ?? b.lostUnits ?? 0) - (a.lostValue ?? a.lostUnits ?? 0)),
  };
}
