/** The messages of the hierarchy of reconciled forecasts. See `wire.ts`. */
import type { Line, Stretch } from "./wire.ts";

/** A node of a hierarchy. */
export interface HierarchyNode {
  /** The name of its level, and its encoded key there; "" of the total. */
  readonly level: string;
  readonly key: string;
  readonly text: string;
  readonly leaves: number;
}

/** The errors of a node on the holdout, in percent; null where they are not known. */
export interface NodeErrors {
  /** Of its leaves' own models: the sum of their errors over the sum of their sizes. */
  readonly leavesWape: number | null;
  /** Of the model of the node itself. */
  readonly baseWape: number | null;
}

/** The sums of a node over the next steps, as reconciled and by its own model, and over the steps to compare them with. */
export interface NodeSums extends Stretch {
  readonly base: number | null;
}

/** The chosen node as a series: what was observed, then the reconciled forecast. */
export interface NodeSeries extends HierarchyNode, NodeErrors {
  readonly times: readonly number[];
  readonly history: Line;
  readonly forecast: Line;
  readonly lower: readonly Line[];
  readonly upper: readonly Line[];
  readonly sums: NodeSums;
}

/** A part of the chosen node. */
export interface NodePart extends HierarchyNode, NodeErrors {
  readonly sums: NodeSums;
  /** The end of its history and its forecast, of the first parts; empty of the others. */
  readonly history: Line;
  readonly forecast: Line;
}

/** A node of the hierarchy of reconciled forecasts, where it lies, and its parts. */
export interface HierarchyView {
  /** The table of reconciled forecasts, and the run of the leaves' models. */
  readonly table: string;
  readonly runId: string;
  readonly target: string;
  readonly timeType: "date" | "timestamp" | "number";
  /** Coverage of the intervals in percent. */
  readonly coverages: readonly number[];
  /** The nodes of the coarsest level. */
  readonly roots: readonly HierarchyNode[];
  /** The nodes that the chosen one lies in, the largest first. */
  readonly above: readonly HierarchyNode[];
  readonly node: NodeSeries;
  /** The key of the chosen node in its run, where it is a leaf; else null. */
  readonly partitionKey: string | null;
  /** The levels that it can be split into, and which one its parts are of; null for a leaf. */
  readonly below: readonly string[];
  readonly by: string | null;
  /** The largest parts first. */
  readonly parts: readonly NodePart[];
  readonly partCount: number;
  /** The sums of all parts. */
  readonly sum: NodeSums;
  /** Notes on missing parts. */
  readonly notes: readonly string[];
}
