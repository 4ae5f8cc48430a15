import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { forecast, METHODS } from "../../packages/forecast/src/index.ts";
import { type SeriesEvidence, weightEvidence } from "../../packages/forecast/src/learned/learned.ts";
import type { StudySeries } from "../best-study/series.ts";

/** The evidence of one series: its members' errors and its features, as the study needs them. */
export interface StudyEvidence {
  readonly id: string;
  /** From the last values of the training part, as many as are to be forecast. */
  readonly before: SeriesEvidence | null;
  /** From the values to be forecast. */
  readonly after: SeriesEvidence | null;
  /** Errors of `best` over the values to be forecast. */
  readonly best: readonly (number | null)[] | null;
}

/** Reads NaN, which JSON writes as null. */
function revived(evidence: SeriesEvidence | null): SeriesEvidence | null {
  const numbers = (values: readonly (number | null)[]) => values.map((value) => value ?? Number.NaN);
  return (
    evidence && {
      ...evidence,
      features: numbers(evidence.features),
      errors: evidence.errors.map((row) => numbers(row)),
    }
  );
}

function evidenceOf({ training, actual, period }: StudySeries): Omit<StudyEvidence, "id"> {
  const options = { period };
  const all = Float64Array.from([...training, ...actual]);
  let best: number[] | null = null;
  try {
    const { mean } = forecast(METHODS.best(training, period), { h: actual.length, levels: [] });
    best = Array.from(actual, (value, step) => value - mean[step]!);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  const evidence = (values: Float64Array) => {
    const { models: _, ...errors } = weightEvidence(values, actual.length, options) ?? {};
    return "group" in errors ? errors : null;
  };
  return { before: evidence(training), after: evidence(all), best };
}

/** Returns the evidence of series, kept in a folder: a second call computes only what is not there. */
export function collectEvidence(folder: string, series: readonly StudySeries[]): Map<string, StudyEvidence> {
  mkdirSync(folder, { recursive: true });
  const byId = new Map<string, StudyEvidence>();
  for (const set of new Set(series.map((one) => one.set))) {
    const file = join(folder, `${set}.jsonl`);
    for (const line of existsSync(file) ? readFileSync(file, "utf8").split("\n") : []) {
      // A study that was killed may have left part of its last line.
      if (!line.endsWith("}")) continue;
      const stored: StudyEvidence = JSON.parse(line);
      byId.set(stored.id, { ...stored, before: revived(stored.before), after: revived(stored.after) });
    }
    for (const one of series.filter((candidate) => candidate.set === set)) {
      const id = `${set} ${one.id}`;
      if (byId.has(id)) continue;
      const evidence = { id, ...evidenceOf(one) };
      appendFileSync(file, `${JSON.stringify(evidence)}\n`);
      byId.set(id, JSON.parse(JSON.stringify(evidence)));
    }
  }
  return new Map(
    [...byId].map(([id, one]) => [id, { ...one, before: revived(one.before), after: revived(one.after) }]),
  );
}
