import { normal, type Random, random } from "@manymodel/forecast";

/** The faults of a generated sensor. */
export const KINDS = ["clean", "spikes", "shift", "stuck", "drift", "gaps", "rate", "noise"] as const;
export type Kind = (typeof KINDS)[number];

/** Something that happened: from one step to before another. */
export interface Event {
  readonly from: number;
  readonly to: number;
}

/** Readings of a sensor, one a minute, with what happened to it. */
export interface Sensor {
  readonly kind: Kind;
  readonly y: Float64Array;
  readonly events: readonly Event[];
}

export const DAY = 1440;
/** Days of history, after which a day of new readings follows. */
export const HISTORY = 3 * DAY;
const LENGTH = HISTORY + DAY;

/**
 * Generates a sensor: two harmonics of a day, autocorrelated noise (of Student's t with 5 degrees of freedom for one in
 * three clean sensors), rounded to a hundredth of its size; and an event of its kind in the history, and one among the new readings
 * (20 spikes instead of one).
 */
export function sensorOf(kind: Kind, seed: number): Sensor {
  const uniform = random(seed);
  const between = (low: number, high: number) => low + (high - low) * uniform();
  const whole = (low: number, high: number) => Math.floor(between(low, high + 1));
  const phi = between(0.3, 0.95);
  const size = 10 ** between(-1, 2);
  const shock = kind === "clean" && uniform() < 1 / 3 ? () => student(uniform) : () => normal(uniform);
  const waves = [1, 2].map((harmonic) => ({ harmonic, amplitude: between(0, 6), phase: between(0, 2 * Math.PI) }));
  const offset = between(-50, 50);
  let x = normal(uniform);
  const season = (t: number) =>
    waves.reduce(
      (sum, { harmonic, amplitude, phase }) => sum + amplitude * Math.sin((2 * Math.PI * harmonic * t) / DAY + phase),
      0,
    );
  // Noise of standard deviation 1, in units of which events are stated.
  const y = Float64Array.from({ length: LENGTH }, (_, t) => {
    x = phi * x + Math.sqrt(1 - phi * phi) * shock();
    return offset + season(t) + x;
  });
  const events: Event[] = [];
  const sign = () => (uniform() < 0.5 ? -1 : 1);
  for (const [first, last] of [
    [200, HISTORY],
    [HISTORY, LENGTH],
  ] as const) {
    const place = (length: number) => whole(first + 60, last - length - 60);
    const add = (from: number, to: number, change: (t: number) => number) => {
      for (let t = from; t < to; t++) y[t] = change(t);
      events.push({ from, to });
    };
    const at = (t: number) => y[t] ?? NaN;
    if (kind === "spikes") {
      const used = new Set<number>();
      while (used.size < 20) {
        const t = place(1);
        if ([...used].some((other) => Math.abs(other - t) < 10)) continue;
        used.add(t);
        const by = sign() * between(6, 15);
        add(t, t + 1, () => at(t) + by);
      }
    } else if (kind === "shift") {
      const from = place(400);
      const by = sign() * between(5, 10);
      for (let t = from; t < LENGTH; t++) y[t] = at(t) + by;
      events.push({ from, to: from + 30 });
    } else if (kind === "stuck") {
      const [length, from] = [whole(60, 300), place(300)];
      add(from, from + length, () => at(from - 1));
    } else if (kind === "drift") {
      const length = whole(500, 1000);
      const from = place(length);
      const by = (sign() * between(8, 12)) / length;
      for (let t = from; t < last; t++) y[t] = at(t) + by * Math.min(length, t - from);
      if (last < LENGTH) for (let t = last; t < LENGTH; t++) y[t] = at(t) + by * length;
      events.push({ from, to: from + length + 60 });
    } else if (kind === "gaps") {
      for (let t = first; t < last; t++) if (uniform() < 0.02) y[t] = NaN;
      for (let gap = 0; gap < 4; gap++) {
        const [length, from] = [whole(20, 120), place(120)];
        add(from, from + length, () => NaN);
      }
    } else if (kind === "rate" && first >= HISTORY) {
      const from = place(400);
      for (let t = from; t < LENGTH; t++) if (t % 5 > 0) y[t] = NaN;
      events.push({ from, to: LENGTH });
    } else if (kind === "noise") {
      const from = place(120);
      add(from, from + 120, (t) => at(t) + 3 * normal(uniform));
    }
  }
  return { kind, y: y.map((value) => (size * Math.round(100 * value)) / 100), events };
}

/** Returns a value of Student's t distribution with 5 degrees of freedom, scaled to variance 1. */
function student(uniform: Random): number {
  let squares = 0;
  for (let i = 0; i < 5; i++) squares += normal(uniform) ** 2;
  return normal(uniform) / Math.sqrt(squares / 3);
}
