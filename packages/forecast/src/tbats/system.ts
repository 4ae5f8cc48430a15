import type { TbatsForm, TbatsParameters } from "./form.ts";

/**
 * The linear system of a model, between two observations: a level, a slope if there is a trend, and pairs of states
 * that rotate. Its states in one array: level, slope, then the two of each pair.
 *
 * A dummy season of m phases is the sum of rotations too, at all its frequencies, of which the one at zero is part of
 * the level: so BATS and TBATS differ in nothing but gains.
 */
export interface System {
  /** The number of states. */
  readonly states: number;
  readonly trend: boolean;
  damping: number;
  /** Cosine and sine of each pair's angle. */
  readonly cos: Float64Array;
  readonly sin: Float64Array;
  /** The period, by position, that each pair belongs to. */
  readonly owner: Int32Array;
  /** The addition to each state for an error of 1. */
  readonly gain: Float64Array;
}

/** Returns the system of a form, with no gain yet. */
export function createSystem({ seasonality, periods, harmonics, trend }: TbatsForm): System {
  const pairs = periods.flatMap((period, owner) => {
    const count = seasonality === "trigonometric" ? harmonics[owner]! : Math.floor(period / 2);
    return Array.from({ length: count }, (_, k) => ({ owner, turn: (k + 1) / period }));
  });
  const states = (trend ? 2 : 1) + 2 * pairs.length;
  return {
    states,
    trend,
    damping: 1,
    cos: Float64Array.from(pairs, ({ turn }) => Math.cos(2 * Math.PI * turn)),
    // Half a turn has no second state.
    sin: Float64Array.from(pairs, ({ turn }) => (turn === 0.5 ? 0 : Math.sin(2 * Math.PI * turn))),
    owner: Int32Array.from(pairs, ({ owner }) => owner),
    gain: new Float64Array(states),
  };
}

/** Sets damping and gains. */
export function setParameters(
  system: System,
  form: TbatsForm,
  { alpha, beta, damping, gammaOne, gammaTwo }: Omit<TbatsParameters, "lambda" | "ar" | "ma">,
): void {
  const { gain, trend } = system;
  system.damping = damping ?? 1;
  gain.fill(0);
  gain[0] = alpha;
  if (trend) gain[1] = beta ?? 0;
  form.periods.forEach((_, i) => {
    if (form.seasonality === "dummy") addDummyGain(system, form, i, gammaOne[i]!, gain);
    else addPairGain(system, i, gammaOne[i]!, gammaTwo[i]!, gain);
  });
}

/** Adds the same gains to all pairs of a period. */
export function addPairGain(
  { trend, owner }: System,
  period: number,
  first: number,
  second: number,
  out: Float64Array,
): void {
  let at = trend ? 2 : 1;
  for (let j = 0; j < owner.length; j++, at += 2) {
    if (owner[j] !== period) continue;
    out[at]! += first;
    out[at + 1]! += second;
  }
}

/** Adds the gains of a dummy season: an error of 1 raises the effect of its own phase by `gamma`. */
export function addDummyGain(
  { trend, owner, cos, sin }: System,
  { periods }: TbatsForm,
  period: number,
  gamma: number,
  out: Float64Array,
): void {
  const share = gamma / periods[period]!;
  out[0]! += share;
  let at = trend ? 2 : 1;
  for (let j = 0; j < owner.length; j++, at += 2) {
    if (owner[j] !== period) continue;
    const both = sin[j] === 0 ? share : 2 * share;
    out[at]! += both * cos[j]!;
    out[at + 1]! -= both * sin[j]!;
  }
}
