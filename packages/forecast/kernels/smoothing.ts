/**
 * The likelihood of exponential smoothing as a sum of squares, for forms without a multiplicative trend: the recursion with its
 * derivatives and their products, the same bits as those of `src/ets/squares.ts`, which explains them. Two unknowns share an
 * instruction. Logarithms are left to the caller. One series and form at a time is in memory: 5 settings (int32), then float64:
 * unknowns, series, and what is computed of them.
 */
import { reserve, values } from "./parts/memory";
import { multiply, project } from "./parts/rows";

/** n, period (0 without a season), whether there is a trend, whether the season is a ratio, whether errors are relative. */
const SETTINGS: usize = 0;
const UNKNOWNS: usize = 64;
/** The places of alpha, beta, gamma, phi, level and slope; then those of the season. */
const SEASON: i32 = 6;
/** Steps whose derivatives are multiplied out together. */
const BLOCK: i32 = 4;

let n: i32 = 0;
let m: i32 = 0;
let hasTrend: bool = false;
let isRatio: bool = false;
let isRelative: bool = false;
let size: i32 = 0;
let series: usize = 0;
let products: usize = 0;
let gradient: usize = 0;
let dLog: usize = 0;
/** The products of expectations, whose logarithms add up. */
let factors: usize = 0;
let active: usize = 0;
let places: usize = 0;
let season: usize = 0;
let dLevel: usize = 0;
let dSlope: usize = 0;
let dSeason: usize = 0;
let rows: usize = 0;
let residuals: usize = 0;
let factorCount: i32 = 0;

/** Lays a series and a form out as the settings say, and grows the memory for them. */
export function prepare(): void {
  n = load<i32>(SETTINGS);
  m = load<i32>(SETTINGS + 4);
  hasTrend = load<i32>(SETTINGS + 8) !== 0;
  isRatio = load<i32>(SETTINGS + 12) !== 0;
  isRelative = load<i32>(SETTINGS + 16) !== 0;
  size = SEASON + max(0, m - 1);
  const widest = strideOf(size);
  series = UNKNOWNS + values(size);
  products = series + values(n);
  gradient = products + values(widest * widest);
  dLog = gradient + values(widest);
  factors = dLog + values(widest);
  active = factors + values(n + 1);
  places = active + values(size);
  season = places + values(size);
  dLevel = season + values(m);
  dSlope = dLevel + values(widest);
  dSeason = dSlope + values(widest);
  rows = dSeason + values(max(1, m) * widest);
  residuals = rows + values(BLOCK * widest);
  reserve(residuals + values(BLOCK));
}

/** Returns the places of a row of derivatives: a pair of them for the last unknown, or for none. */
function strideOf(count: i32): i32 {
  return (count + 2) & ~1;
}

/** Returns how many products of expectations the last pass has left. */
export function factorsOf(): i32 {
  return factorCount;
}

function unknown(i: i32): f64 {
  return load<f64>(UNKNOWNS + values(i));
}

function startSeason(): bool {
  if (m === 0) return true;
  let last: f64 = isRatio ? <f64>m : 0;
  let positive = true;
  for (let j = 0; j < m - 1; j++) {
    const effect = unknown(SEASON + j);
    store<f64>(season + values(j), effect);
    last -= effect;
    if (effect <= 0) positive = false;
  }
  store<f64>(season + values(m - 1), last);
  return !isRatio || (positive && last > 0);
}

/** Returns the sum of squared errors at the unknowns; Infinity where states or expectations are not allowed. */
export function pass(): f64 {
  factorCount = 0;
  if (!startSeason()) return Infinity;
  const alpha = unknown(0);
  const beta = unknown(1);
  const gamma = unknown(2);
  const phi = unknown(3);
  const trend = hasTrend;
  const ratio = isRatio;
  const relative = isRelative;
  const end = series + values(n);
  const first = season;
  const past = season + values(m);
  let level = unknown(4);
  let slope = unknown(5);
  let squares: f64 = 0;
  let product: f64 = 1;
  let at = first;
  for (let to = series; to < end; to += 8) {
    let growth: f64 = 0;
    let q = level;
    if (trend) {
      growth = phi * slope;
      q += growth;
    }
    let s: f64 = 0;
    let mu = q;
    if (at !== past) {
      s = load<f64>(at);
      mu = ratio ? q * s : q + s;
    }
    if ((relative && !(mu > 0)) || (ratio && !(s > 0 && q > 0))) return Infinity;
    const observed = load<f64>(to);
    let error: f64 = 0;
    if (observed === observed) {
      error = observed - mu;
      if (relative) {
        const residual = error / mu;
        squares += residual * residual;
        product *= mu;
        if (product > 1e150 || product < 1e-150) {
          leave(product);
          product = 1;
        }
      } else squares += error * error;
    }
    const change = ratio ? error / s : error;
    if (trend) slope = growth + beta * change;
    level = q + alpha * change;
    if (first !== past) {
      store<f64>(at, s + gamma * (ratio ? error / q : error));
      at += 8;
      if (at === past) at = first;
    }
  }
  leave(product);
  return squares;
}

function leave(product: f64): void {
  store<f64>(factors + values(factorCount), product);
  factorCount++;
}

function add(to: usize, value: f64): void {
  store<f64>(to, load<f64>(to) + value);
}

/**
 * Returns what `pass` does, and computes the products of the derivatives of the residuals with each other and with the
 * residuals, and the sums of those of the logarithms of the expectations: of the first `count` active unknowns, in rows of
 * `strideOf(count)`.
 */
export function fillNormal(count: i32): f64 {
  factorCount = 0;
  if (!startSeason()) return Infinity;
  const seasonal = m > 0;
  const stride = strideOf(count);
  const width = values(stride);
  memory.fill(dLevel, 0, width);
  memory.fill(dSlope, 0, width);
  memory.fill(dSeason, 0, width * <usize>max(1, m));
  memory.fill(dLog, 0, width);
  memory.fill(products, 0, width * <usize>stride);
  memory.fill(gradient, 0, width);
  for (let i = 0; i < SEASON; i++) store<i32>(places + ((<usize>i) << 2), -1);
  for (let k = 0; k < count; k++) {
    const i = load<i32>(active + ((<usize>k) << 2));
    if (i < SEASON) store<i32>(places + ((<usize>i) << 2), k);
    else {
      store<f64>(dSeason + values((i - SEASON) * stride + k), 1);
      store<f64>(dSeason + values((m - 1) * stride + k), -1);
    }
  }
  const byAlpha = placeOf(0);
  const byBeta = placeOf(1);
  const byGamma = placeOf(2);
  const byPhi = placeOf(3);
  if (placeOf(4) >= 0) store<f64>(dLevel + values(placeOf(4)), 1);
  if (placeOf(5) >= 0) store<f64>(dSlope + values(placeOf(5)), 1);
  const alpha = unknown(0);
  const beta = unknown(1);
  const gamma: f64 = seasonal ? unknown(2) : 0;
  const phi = unknown(3);
  const trend = hasTrend;
  const ratio = isRatio;
  const relative = isRelative;
  const levels = dLevel;
  const slopes = dSlope;
  const logs = dLog;
  const pairs = values((count + 1) & ~1);
  const end = series + values(n);
  let level = unknown(4);
  let slope = unknown(5);
  let squares: f64 = 0;
  let product: f64 = 1;
  let at = 0;
  let filled = 0;
  for (let from = series; from < end; from += 8) {
    const growth: f64 = trend ? phi * slope : 0;
    const q = trend ? level + growth : level;
    const s: f64 = seasonal ? load<f64>(season + values(at)) : 0;
    const mu = !seasonal ? q : ratio ? q * s : q + s;
    if ((relative && !(mu > 0)) || (ratio && !(s > 0 && q > 0))) return Infinity;
    const observed = load<f64>(from);
    const present = observed === observed;
    const error: f64 = present ? observed - mu : 0;
    const residual = relative ? error / mu : error;
    const residualByMu: f64 = !present ? 0 : relative ? -observed / (mu * mu) : -1;
    const logByMu: f64 = relative && present ? 1 / mu : 0;
    const errorByMu: f64 = present ? -1 : 0;
    const muByQ: f64 = ratio ? s : 1;
    const muByS: f64 = ratio ? q : seasonal ? 1 : 0;
    let change = error;
    let turn = error;
    const changeByQ = errorByMu;
    let changeByS = errorByMu * muByS;
    let turnByQ = errorByMu;
    let turnByS = changeByS;
    if (ratio) {
      change = error / s;
      turn = error / q;
      changeByS = (errorByMu * q - change) / s;
      turnByQ = (errorByMu * s - turn) / q;
      turnByS = errorByMu;
    }
    const steepness: f64 = trend ? beta : 0;
    const levelByQ = 1 + alpha * changeByQ;
    const slopeByQ = steepness * changeByQ;
    const seasonByQ = gamma * turnByQ;
    const row = dSeason + width * <usize>at;
    const base = rows + width * <usize>filled;
    const vMuByQ = f64x2.splat(muByQ);
    const vMuByS = f64x2.splat(muByS);
    const vResidualByMu = f64x2.splat(residualByMu);
    const vLogByMu = f64x2.splat(logByMu);
    const vLevelByQ = f64x2.splat(levelByQ);
    const vLevelByS = f64x2.splat(alpha * changeByS);
    const vSeasonByQ = f64x2.splat(seasonByQ);
    const vSeasonByS = f64x2.splat(1 + gamma * turnByS);
    if (trend) {
      const vPhi = f64x2.splat(phi);
      const vSlopeByQ = f64x2.splat(slopeByQ);
      const vSlopeByS = f64x2.splat(steepness * changeByS);
      const zero = f64x2.splat(0);
      for (let k: usize = 0; k < pairs; k += 16) {
        const level1 = v128.load(levels + k);
        const drift1 = f64x2.mul(vPhi, v128.load(slopes + k));
        const s1 = v128.load(row + k);
        const q1 = f64x2.add(level1, drift1);
        const mu1 = f64x2.add(f64x2.mul(vMuByQ, q1), f64x2.mul(vMuByS, s1));
        v128.store(base + k, f64x2.mul(vResidualByMu, mu1));
        if (relative) v128.store(logs + k, f64x2.add(v128.load(logs + k), f64x2.mul(vLogByMu, mu1)));
        v128.store(levels + k, f64x2.add(f64x2.mul(vLevelByQ, q1), f64x2.mul(vLevelByS, s1)));
        // The level has no effect of its own, but its zero decides on the sign of others.
        const moved = f64x2.add(f64x2.add(f64x2.mul(zero, level1), drift1), f64x2.mul(vSlopeByQ, q1));
        v128.store(slopes + k, f64x2.add(moved, f64x2.mul(vSlopeByS, s1)));
        v128.store(row + k, f64x2.add(f64x2.mul(vSeasonByQ, q1), f64x2.mul(vSeasonByS, s1)));
      }
    } else
      for (let k: usize = 0; k < pairs; k += 16) {
        const q1 = v128.load(levels + k);
        const s1 = v128.load(row + k);
        const mu1 = f64x2.add(f64x2.mul(vMuByQ, q1), f64x2.mul(vMuByS, s1));
        v128.store(base + k, f64x2.mul(vResidualByMu, mu1));
        if (relative) v128.store(logs + k, f64x2.add(v128.load(logs + k), f64x2.mul(vLogByMu, mu1)));
        v128.store(levels + k, f64x2.add(f64x2.mul(vLevelByQ, q1), f64x2.mul(vLevelByS, s1)));
        v128.store(row + k, f64x2.add(f64x2.mul(vSeasonByQ, q1), f64x2.mul(vSeasonByS, s1)));
      }
    if (byPhi >= 0) {
      const place = values(byPhi);
      add(base + place, residualByMu * muByQ * slope);
      add(logs + place, logByMu * muByQ * slope);
      add(levels + place, levelByQ * slope);
      add(slopes + place, slope + slopeByQ * slope);
      add(row + place, seasonByQ * slope);
    }
    if (byAlpha >= 0) add(levels + values(byAlpha), change);
    if (byBeta >= 0) add(slopes + values(byBeta), change);
    if (byGamma >= 0) add(row + values(byGamma), turn);
    store<f64>(residuals + values(filled), residual);
    if (++filled === BLOCK) {
      accumulate(width);
      filled = 0;
    }
    squares += residual * residual;
    if (relative && present) {
      product *= mu;
      if (product > 1e150 || product < 1e-150) {
        leave(product);
        product = 1;
      }
    }
    if (trend) slope = growth + steepness * change;
    level = q + alpha * change;
    if (seasonal) {
      store<f64>(season + values(at), s + gamma * turn);
      if (++at === m) at = 0;
    }
  }
  if (filled > 0) {
    memory.fill(rows + width * <usize>filled, 0, width * <usize>(BLOCK - filled));
    memory.fill(residuals + values(filled), 0, values(BLOCK - filled));
    accumulate(width);
  }
  leave(product);
  return squares;
}

function placeOf(i: i32): i32 {
  return load<i32>(places + ((<usize>i) << 2));
}

/** Adds the derivatives of the last steps' residuals to their products with each other and with the residuals. */
function accumulate(width: usize): void {
  multiply(rows, width, rows, width, products, true);
  project(rows, width, residuals, gradient);
}
