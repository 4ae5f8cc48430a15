import type { OrderLevel } from "../core/lead-time.ts";
import type { ScoredPartition, Times } from "./score-partition.ts";

/**
 * Writes the result of scoring a partition as JSON: every number to the bit, NaN as null. For scorers that return only
 * text.
 */
export function encodeScored(scored: ScoredPartition): string {
  return toJson(scored);
}

/** Reads what `encodeScored` wrote. */
export function decodeScored(text: string): ScoredPartition {
  const scored = JSON.parse(text) as Record<string, unknown>;
  if (!("mean" in scored)) return scored as unknown as ScoredPartition;
  return {
    ...scored,
    times: scored.times === null ? null : times(scored.times as (number | string | null)[]),
    mean: numbers(scored.mean as (number | null)[]),
    lower: (scored.lower as (number | null)[][]).map(numbers),
    upper: (scored.upper as (number | null)[][]).map(numbers),
    ...(scored.order !== undefined && {
      order: orderOf(scored.order as { [Field in keyof OrderLevel]: number | null }),
    }),
  } as unknown as ScoredPartition;
}

const orderOf = ({ leadTime, demand, orderUpTo }: { [Field in keyof OrderLevel]: number | null }): OrderLevel => ({
  leadTime: leadTime ?? NaN,
  demand: demand ?? NaN,
  orderUpTo: orderUpTo ?? NaN,
});

const numbers = (values: readonly (number | null)[]) => Float64Array.from(values, (value) => value ?? NaN);

function times(values: readonly (number | string | null)[]): Times {
  const isText = values.some((value) => typeof value === "string");
  return isText ? (values as (string | null)[]) : numbers(values as (number | null)[]);
}

/** Returns the JSON, but for -0, which `JSON.stringify` takes for 0, and typed arrays, which it takes for objects. */
function toJson(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  if (Array.isArray(value) || value instanceof Float64Array) return `[${Array.from(value, toJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, one]) => `${JSON.stringify(name)}:${toJson(one)}`)
    .join(",")}}`;
}
