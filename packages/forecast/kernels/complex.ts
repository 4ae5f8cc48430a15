/**
 * The sum of squared errors of complex exponential smoothing from backcast states, the same bits as those of
 * `src/ces/recursion.ts`. Two searches share an instruction: each has a lane of every pair of float64. One series at a time is in
 * memory: 2 settings (int32), then pairs: gains, sums of squares, states before the first value, moving states; then the series.
 */
import { reserve, values } from "./parts/memory";

/** n and period. */
const SETTINGS: usize = 0;
/** Gains of the level: value, potential, outflow, inflow, keep; then those of the season. */
const GAINS: usize = 16;
const SQUARES: usize = GAINS + 160;
/** Level and potential; then the season and its potential, one pair after the other for each phase. */
const START: usize = SQUARES + 16;

let n: i32 = 0;
let states: usize = 0;
let moving: usize = 0;
let series: usize = 0;

/** Lays a series out as the settings say, and grows the memory for it. */
export function prepare(): void {
  n = load<i32>(SETTINGS);
  states = values(4 * (1 + load<i32>(SETTINGS + 4)));
  moving = START + states;
  series = moving + states;
  reserve(series + values(n));
}

/** Runs over the series, back over it, and forth again, and stores the sums of squares of the last run. */
export function evaluate(): void {
  memory.copy(moving, START, states);
  const last = series + values(n - 1);
  run(series, 8);
  run(last, -8);
  run(series, 8);
}

let at: usize = 0;

/** Runs the recursion from one end of the series. */
function run(from: usize, step: isize): void {
  const first = moving + 32;
  const past = moving + states;
  const forth = step > 0;
  const levelValue = v128.load(GAINS);
  const levelPotential = v128.load(GAINS, 16);
  const levelOutflow = v128.load(GAINS, 32);
  const levelInflow = v128.load(GAINS, 48);
  const levelKeep = v128.load(GAINS, 64);
  const seasonValue = v128.load(GAINS, 80);
  const seasonPotential = v128.load(GAINS, 96);
  const seasonOutflow = v128.load(GAINS, 112);
  const seasonInflow = v128.load(GAINS, 128);
  const seasonKeep = v128.load(GAINS, 144);
  let level = v128.load(moving);
  let potential = v128.load(moving, 16);
  let squares = f64x2.splat(0);
  // A run back starts where the run forth has ended, and ends where that has started.
  let phase = forth ? first : at;
  let to = from;
  for (let i = 0; i < n; i++, to += step) {
    if (!forth) {
      if (phase === first) phase = past;
      phase -= 32;
    }
    const s = v128.load(phase);
    const p = v128.load(phase, 16);
    const observed = v128.load64_splat(to);
    const error = v128.and(f64x2.sub(observed, f64x2.add(level, s)), f64x2.eq(observed, observed));
    squares = f64x2.add(squares, f64x2.mul(error, error));
    const next = f64x2.add(f64x2.sub(level, f64x2.mul(levelOutflow, potential)), f64x2.mul(levelValue, error));
    potential = f64x2.add(
      f64x2.add(f64x2.mul(levelInflow, level), f64x2.mul(levelKeep, potential)),
      f64x2.mul(levelPotential, error),
    );
    level = next;
    v128.store(phase, f64x2.add(f64x2.sub(s, f64x2.mul(seasonOutflow, p)), f64x2.mul(seasonValue, error)));
    v128.store(
      phase,
      f64x2.add(f64x2.add(f64x2.mul(seasonInflow, s), f64x2.mul(seasonKeep, p)), f64x2.mul(seasonPotential, error)),
      16,
    );
    if (forth) {
      phase += 32;
      if (phase === past) phase = first;
    }
  }
  at = phase;
  v128.store(moving, level);
  v128.store(moving, potential, 16);
  v128.store(SQUARES, squares);
}
