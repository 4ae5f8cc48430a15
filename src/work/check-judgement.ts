import { show } from "../core/errors.ts";
import type { JudgedReadings } from "../model/define-model.ts";
import { asObject, checkNumbers, checkUpdateResult, InvalidReturn } from "../model/return-contract.ts";

/** The verdicts of `judge`, checked: arrays of the steps' length. */
export interface CheckedReadings {
  readonly value: Float64Array;
  readonly expected: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly score: Float64Array;
  readonly kinds: readonly (string | null)[];
  readonly since: Float64Array;
}

/** The result of `judge`, checked: the verdicts, and the model moved over as many steps. */
export interface CheckedJudgement {
  readonly model: object;
  readonly steps: number;
  readonly readings: CheckedReadings;
}

/** Checks what `judge` returned of so many steps. @throws {InvalidReturn} saying what is wrong and where */
export function checkJudgement(returned: unknown, steps: number): CheckedJudgement {
  const moved = checkUpdateResult(returned, steps);
  const readings = asObject(asObject(returned, "judge").readings, "judge's readings");
  const numbers = (name: Exclude<keyof JudgedReadings, "kinds">) => {
    const values = checkNumbers(readings[name], `readings.${name}`, true);
    if (values.length !== moved.steps)
      throw new InvalidReturn(`judge must return ${moved.steps} values in readings.${name}; it has ${values.length}`);
    return values instanceof Float64Array ? values : Float64Array.from(values);
  };
  const { kinds } = readings;
  if (!Array.isArray(kinds) || kinds.length !== moved.steps)
    throw new InvalidReturn(`readings.kinds is ${show(kinds)}; it must be an array of ${moved.steps} texts or nulls`);
  return {
    ...moved,
    readings: {
      value: numbers("value"),
      expected: numbers("expected"),
      lower: numbers("lower"),
      upper: numbers("upper"),
      score: numbers("score"),
      since: numbers("since"),
      kinds: kinds.map((kind: unknown, i) => {
        if (kind === null || typeof kind === "string") return kind;
        throw new InvalidReturn(`readings.kinds[${i}] is ${show(kind)}; it must be a text, or null for nothing`);
      }),
    },
  };
}
