/**
 * The passes over a series by which the sum of squared errors of TBATS and BATS is found with its derivatives, the same bits as
 * those of `src/tbats/plain-passes.ts`, which explains them. Two transposed states share an instruction, as do two columns of
 * a matrix. One series and form at a time is in memory: settings (int32), then float64 values in the order of `prepare`.
 */
import { reserve, values } from "./parts/memory";
import { dot } from "./parts/products";
import { multiply, project } from "./parts/rows";

/** n, states, whether there is a trend, coordinates, p, q, position of the Box–Cox exponent and of the damping (or −1). */
const SETTINGS: usize = 0;
/** The mean of the series, and the damping of the trend. */
const MEAN: usize = 32;
const DAMPING: usize = 40;
const FIRST: usize = 48;

let n: i32 = 0;
let m: i32 = 0;
let hasTrend: bool = false;
let count: i32 = 0;
let p: i32 = 0;
let q: i32 = 0;
let lambda: i32 = 0;
let damping: i32 = 0;
/** Bytes of a row of the states' weights, and of the derivatives' columns. */
let width: usize = 0;
let stride: usize = 0;
let cos: usize = 0;
let sin: usize = 0;
let gain: usize = 0;
let ar: usize = 0;
let ma: usize = 0;
let series: usize = 0;
let change: usize = 0;
let start: usize = 0;
let white: usize = 0;
let stateProducts: usize = 0;
let stateRight: usize = 0;
let directions: usize = 0;
let products: usize = 0;
let crossed: usize = 0;
let right: usize = 0;
let impulse: usize = 0;
let input: usize = 0;
let scratch: usize = 0;
let open: usize = 0;
let filtered: usize = 0;
let averaged: usize = 0;
let moving: usize = 0;
let response: usize = 0;
let columns: usize = 0;
let weights: usize = 0;
let power: usize = 0;
let nextPower: usize = 0;

function even(length: i32): i32 {
  return (length + 1) & ~1;
}

/** Lays a series and a form out as the settings say, and grows the memory for them. */
export function prepare(): void {
  n = load<i32>(SETTINGS);
  m = load<i32>(SETTINGS, 4);
  hasTrend = load<i32>(SETTINGS, 8) !== 0;
  count = load<i32>(SETTINGS, 12);
  p = load<i32>(SETTINGS, 16);
  q = load<i32>(SETTINGS, 20);
  lambda = load<i32>(SETTINGS, 24);
  damping = load<i32>(SETTINGS, 28);
  const rows = (n + 3) & ~3;
  width = values(even(m));
  stride = values(even(count));
  const states = <usize>even(m);
  const coordinates = <usize>even(count);
  cos = FIRST;
  sin = cos + values(m);
  gain = sin + values(m);
  ar = gain + values(m);
  ma = ar + values(p);
  series = ma + values(q);
  change = series + values(n);
  start = change + values(n);
  white = start + width;
  stateProducts = white + values(rows);
  stateRight = stateProducts + width * states;
  directions = stateRight + width;
  products = directions + stride * <usize>(m + p + q);
  crossed = products + stride * coordinates;
  right = crossed + width * coordinates;
  impulse = right + stride;
  input = impulse + values(n + 1);
  scratch = input + values(n);
  open = scratch + values(n);
  // Zeros before the first value stand for what was before it.
  filtered = open + values(rows + p);
  averaged = filtered + values(n + q);
  moving = averaged + values(n);
  response = moving + 2 * values(m);
  columns = response + 2 * values(m);
  weights = columns + stride * <usize>rows;
  power = weights + width * <usize>rows;
  nextPower = power + width * states;
  reserve(nextPower + width * states);
  memory.fill(white, 0, values(rows));
  memory.fill(open, 0, values(rows + p));
  memory.fill(filtered, 0, values(n + q));
  memory.fill(columns, 0, stride * <usize>rows);
  memory.fill(weights, 0, width * <usize>rows);
}

/** Turns errors into those of the ARMA process they are. */
function whiten(errors: usize): void {
  if (p + q === 0) return;
  memory.copy(scratch, errors, values(n));
  for (let t = 0; t < n; t++) {
    const at = values(t);
    let value = load<f64>(scratch + at);
    for (let i = min(p, t); i >= 1; i--) value -= load<f64>(ar + values(i - 1)) * load<f64>(scratch + at - values(i));
    for (let j = min(q, t); j >= 1; j--) value -= load<f64>(ma + values(j - 1)) * load<f64>(errors + at - values(j));
    store<f64>(errors + at, value);
  }
}

/**
 * Moves two transposed states on by a step. Returns what they take in of `input`: all but the part that the gains take back.
 */
function advance(state: usize, input: v128): v128 {
  const trend = hasTrend;
  const end = gain + values(m);
  let weight = f64x2.mul(v128.load64_splat(gain), v128.load(state));
  let from = gain + 8;
  let at = state + 16;
  if (trend) {
    weight = f64x2.add(weight, f64x2.mul(v128.load64_splat(from), v128.load(at)));
    from += 8;
    at += 16;
  }
  for (; from < end; from += 16, at += 32)
    weight = f64x2.add(
      weight,
      f64x2.add(
        f64x2.mul(v128.load64_splat(from), v128.load(at)),
        f64x2.mul(v128.load64_splat(from, 8), v128.load(at, 16)),
      ),
    );
  const answer = f64x2.sub(input, weight);
  const level = f64x2.add(v128.load(state), answer);
  v128.store(state, level);
  const past = at;
  at = state + 16;
  if (trend) {
    v128.store(at, f64x2.mul(v128.load64_splat(DAMPING), f64x2.add(level, v128.load(at))));
    at += 16;
  }
  for (let turn: usize = 0; at < past; at += 32, turn += 8) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load64_splat(cos + turn);
    const s = v128.load64_splat(sin + turn);
    v128.store(at, f64x2.add(f64x2.sub(f64x2.mul(c, a), f64x2.mul(s, b)), answer));
    v128.store(at, f64x2.add(f64x2.mul(s, a), f64x2.mul(c, b)), 16);
  }
  return answer;
}

/** Computes the errors of a level that nothing moves, the weights of the states, and their products. */
export function fillStates(): void {
  const mean = load<f64>(MEAN);
  const bytes = values(n);
  memory.fill(impulse, 0, bytes + 8);
  store<f64>(impulse, 1);
  for (let at: usize = 0; at < bytes; at += 8) store<f64>(input + at, load<f64>(series + at) - mean);
  whiten(impulse);
  whiten(input);
  memory.fill(moving, 0, 2 * values(m));
  memory.fill(stateProducts, 0, width * <usize>even(m));
  memory.fill(stateRight, 0, width);
  advance(moving, f64x2.replace_lane(f64x2.splat(0), 0, 1));
  const states = values(m);
  let row = weights;
  for (let at: usize = 0; at < bytes; at += 8, row += width) {
    for (let i: usize = 0; i < states; i += 8) store<f64>(row + i, load<f64>(moving + 2 * i));
    const next = v128.load64_lane(input + at, v128.load64_zero(impulse + at, 8), 1);
    store<f64>(open + at, f64x2.extract_lane(advance(moving, next), 1));
  }
  const end = open + ((bytes + 31) & ~31);
  row = weights;
  for (let at = open; at < end; at += 32, row += 4 * width) {
    multiply(row, width, row, width, stateProducts, true);
    project(row, width, at, stateRight);
  }
}

function add(to: usize, value: f64): void {
  store<f64>(to, load<f64>(to) + value);
}

/** Tells what `isAdmissible` of `src/tbats/admissible.ts` tells, with the same bits. */
export function isAdmissible(squarings: i32, limit: f64): bool {
  const phi = load<f64>(DAMPING);
  const base: usize = hasTrend ? 2 : 1;
  const states = <usize>m;
  memory.fill(power, 0, width * <usize>even(m));
  store<f64>(power, 1);
  if (hasTrend) {
    store<f64>(power, phi, 8);
    store<f64>(power + width, phi, 8);
  }
  for (let at = base, turn: usize = 0; at < states; at += 2, turn += 8) {
    const row = power + width * at + 8 * at;
    const s = load<f64>(sin + turn);
    store<f64>(row, load<f64>(cos + turn));
    store<f64>(row + width, load<f64>(cos + turn), 8);
    store<f64>(row, s, 8);
    store<f64>(row + width, -s);
  }
  for (let i: usize = 0; i < states; i++) {
    const row = power + width * i;
    const taken = load<f64>(gain + 8 * i);
    add(row, -taken);
    if (hasTrend) add(row + 8, -(taken * phi));
    for (let at = base; at < states; at += 2) add(row + 8 * at, -taken);
    for (let at: usize = 0; at < states; at++) store<f64>(row + 8 * at, load<f64>(row + 8 * at) / limit);
  }
  for (let k = 0; k < squarings; k++) {
    const squares = square();
    if (!(squares > 1e-4)) return squares === squares;
    if (squares > 1e80) return false;
    const before = power;
    power = nextPower;
    nextPower = before;
  }
  return true;
}

/** Squares a matrix of the states, two rows and two columns at a time. Returns the sum of the squares of the result. */
function square(): f64 {
  const states = width * <usize>even(m);
  let sum = f64x2.splat(0);
  for (let i: usize = 0; i < states; i += 2 * width) {
    const row = power + i;
    const to = nextPower + i;
    for (let j: usize = 0; j < width; j += 16) {
      let upper = f64x2.splat(0);
      let lower = upper;
      let column = power + j;
      for (let l: usize = 0; l < width; l += 16) {
        const x = v128.load(column);
        const y = v128.load(column + width);
        upper = f64x2.add(upper, f64x2.mul(v128.load64_splat(row + l), x));
        lower = f64x2.add(lower, f64x2.mul(v128.load64_splat(row + l + width), x));
        upper = f64x2.add(upper, f64x2.mul(v128.load64_splat(row + l, 8), y));
        lower = f64x2.add(lower, f64x2.mul(v128.load64_splat(row + l + width, 8), y));
        column += 2 * width;
      }
      v128.store(to + j, upper);
      v128.store(to + j + width, lower);
    }
    for (let j: usize = 0; j < 2 * width; j += 16) {
      const entry = v128.load(to + j);
      sum = f64x2.add(sum, f64x2.mul(entry, entry));
    }
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Computes the errors of the states. Returns their sum of squares. */
export function fillErrors(): f64 {
  const bytes = values(n);
  let row = weights;
  for (let at: usize = 0; at < bytes; at += 8, row += width) {
    let sum = f64x2.splat(0);
    for (let i: usize = 0; i < width; i += 16)
      sum = f64x2.add(sum, f64x2.mul(v128.load(row + i), v128.load(start + i)));
    store<f64>(white + at, load<f64>(open + at) - (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
  }
  return dot(white, white, 0, n);
}

/** Computes what the derivatives to the ARMA coefficients are at their lags: white errors through each polynomial. */
function fillFiltered(): void {
  if (p + q === 0) return;
  for (let t = 0; t < n; t++) {
    const at = values(t);
    let forth = load<f64>(white + at);
    let back = forth;
    for (let i = min(p, t); i >= 1; i--) forth += load<f64>(ar + values(i - 1)) * load<f64>(filtered + at - values(i));
    for (let j = min(q, t); j >= 1; j--) back -= load<f64>(ma + values(j - 1)) * load<f64>(averaged + at - values(j));
    store<f64>(filtered + at, forth);
    store<f64>(averaged + at, back);
  }
}

/** Computes the products of the derivatives of the errors with each other, with the weights and with the errors. */
export function fillDerivatives(): void {
  fillFiltered();
  if (lambda >= 0) {
    memory.copy(input, change, values(n));
    whiten(input);
  }
  memory.fill(moving, 0, 2 * values(m));
  memory.fill(response, 0, 2 * values(m));
  memory.fill(products, 0, stride * <usize>even(count));
  memory.fill(crossed, 0, width * <usize>even(count));
  memory.fill(right, 0, stride);
  const phi = load<f64>(DAMPING);
  const beta: f64 = hasTrend ? load<f64>(gain, 8) : 0;
  const slopeStart: f64 = hasTrend ? load<f64>(start, 8) : 0;
  const bytes = values(n);
  const past = moving + 2 * values(m);
  const lastAr = values(p);
  const lastMa = values(q);
  const byDamping = values(damping);
  const byLambda = values(lambda);
  let slope = slopeStart;
  let row = columns;
  for (let at: usize = 0; at < bytes; at += 8, row += stride) {
    for (let k: usize = 0; k < stride; k += 16) {
      let column = f64x2.splat(0);
      let direction = directions + k;
      for (let state = moving; state < past; state += 16, direction += stride)
        column = f64x2.sub(column, f64x2.mul(v128.load64_splat(state), v128.load(direction)));
      for (let lag: usize = 8; lag <= lastAr; lag += 8, direction += stride)
        column = f64x2.sub(column, f64x2.mul(v128.load64_splat(filtered + at - lag), v128.load(direction)));
      for (let lag: usize = 8; lag <= lastMa; lag += 8, direction += stride)
        column = f64x2.sub(column, f64x2.mul(v128.load64_splat(averaged + at - lag), v128.load(direction)));
      v128.store(row + k, column);
    }
    if (lambda >= 0) {
      const answer = advance(response, v128.load64_zero(input + at));
      store<f64>(row + byLambda, load<f64>(row + byLambda) + f64x2.extract_lane(answer, 0));
    }
    const inputs = v128.load64_lane(white + at, f64x2.splat(slope), 0);
    const both: f64 = damping >= 0 ? load<f64>(moving, 8) + load<f64>(moving, 24) : 0;
    const answer = f64x2.extract_lane(advance(moving, inputs), 1);
    if (damping >= 0) store<f64>(row + byDamping, load<f64>(row + byDamping) - (answer + both));
    slope = phi * slope + beta * load<f64>(white + at) + slopeStart * load<f64>(impulse + at, 8);
  }
  const end = white + ((bytes + 31) & ~31);
  row = columns;
  let others = weights;
  for (let at = white; at < end; at += 32, row += 4 * stride, others += 4 * width) {
    multiply(row, stride, row, stride, products, true);
    multiply(row, stride, others, width, crossed, false);
    project(row, stride, at, right);
  }
}
