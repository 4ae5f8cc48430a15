import { checkInteger, checkOptions } from "../model/options.ts";
import { random } from "../stats/random.ts";
import { shuffled } from "../stats/shuffled.ts";

/** Options for dividing rows into folds. */
export interface FoldOptions {
  /** The number of folds, at least 2; default 10. */
  readonly k?: number;
  /** The number of times to divide the rows; default 1. */
  readonly repeats?: number;
  /** Seed of the order in which rows are dealt to folds; default 0. */
  readonly seed?: number;
  /** The class of each row: folds have nearly equal numbers of each class. */
  readonly strata?: ArrayLike<unknown>;
  /** The group of each row: all rows of a group are in one fold. */
  readonly groups?: ArrayLike<unknown>;
}

/** Positions of the rows to fit to and of the rows to measure on, each ascending. */
export interface Fold {
  readonly training: readonly number[];
  readonly held: readonly number[];
}

/**
 * Returns folds of k-fold cross-validation: each repeat holds out each row once. Rows are dealt to folds class by
 * class, in an order that the seed draws. Groups are dealt whole, the largest first, each to the fold with the fewest
 * rows.
 *
 * @param rows - the number of rows
 * @throws {RangeError} if an option is out of range, a length differs, or there are fewer rows or groups than folds
 * @see Stone (1974), doi:10.1111/j.2517-6161.1974.tb00994.x
 */
export function folds(rows: number, options: FoldOptions = {}): Fold[] {
  checkOptions("folds", options, { k: true, repeats: true, seed: true, strata: true, groups: true });
  const { k = 10, repeats = 1, seed = 0, strata, groups } = options;
  checkInteger("k", k, 2);
  checkInteger("repeats", repeats, 1);
  if (strata !== undefined && groups !== undefined) throw new RangeError("give either strata or groups, not both");
  for (const [name, labels] of Object.entries({ strata, groups }))
    if (labels !== undefined && labels.length !== rows)
      throw new RangeError(`${name} has ${labels.length} values; there must be ${rows}`);
  const uniform = random(seed);
  const all = Array.from({ length: rows }, (_, row) => row);
  const result: Fold[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const foldOf = groups === undefined ? dealtRows() : dealtGroups(groups);
    for (let fold = 0; fold < k; fold++)
      result.push({
        training: all.filter((row) => foldOf[row] !== fold),
        held: all.filter((row) => foldOf[row] === fold),
      });
  }
  return result;

  /** Deals rows to folds in turn, class after class. */
  function dealtRows(): Uint32Array {
    if (rows < k) throw new RangeError(`there are ${rows} rows; ${k} folds need at least ${k}`);
    const foldOf = new Uint32Array(rows);
    let next = 0;
    for (const members of membersOf(strata ?? new Uint8Array(rows)).values())
      for (const row of shuffled(members, uniform)) foldOf[row] = next++ % k;
    return foldOf;
  }

  function dealtGroups(labels: ArrayLike<unknown>): Uint32Array {
    const members = shuffled([...membersOf(labels).values()], uniform).sort((a, b) => b.length - a.length);
    if (members.length < k) throw new RangeError(`there are ${members.length} groups; ${k} folds need at least ${k}`);
    const foldOf = new Uint32Array(rows);
    const sizes = new Array<number>(k).fill(0);
    for (const group of members) {
      const fold = sizes.indexOf(Math.min(...sizes));
      sizes[fold]! += group.length;
      for (const row of group) foldOf[row] = fold;
    }
    return foldOf;
  }

  /** Returns rows by label, labels in the order in which they first occur. */
  function membersOf(labels: ArrayLike<unknown>): Map<unknown, number[]> {
    const members = new Map<unknown, number[]>();
    for (let row = 0; row < rows; row++) {
      const fold = members.get(labels[row]);
      if (fold === undefined) members.set(labels[row], [row]);
      else fold.push(row);
    }
    return members;
  }
}
