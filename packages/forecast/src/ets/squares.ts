import type { EtsForm } from "./form.ts";

/** The place of each unknown: alpha, beta, gamma, phi, then the states, the level, the slope, and the season's. */
export const STATES = 4;
export const SEASON = 6;

/** Steps whose derivatives are multiplied out together. */
const BLOCK = 4;

/**
 * The likelihood of one form as a sum of squares: its logarithm times nobs is −2 log-likelihood. For multiplicative
 * errors the relative errors are multiplied by the geometric mean of the expectations, whose logarithm stands for the
 * likelihood's term Σ log|μ|: so both kinds of errors are least squares, and Gauss–Newton steps apply.
 *
 * Derivatives of the states with respect to every unknown go along with the recursion.
 */
export interface EtsSquares {
  /** Returns the value whose log times nobs is −2 log-likelihood. Infinity where states or expectations are not allowed. */
  value(x: Float64Array): number;
  /**
   * Returns the same with its normal equations: `A` = J'J (`size` × `size` by rows) and `g` = J'r. Only for the
   * unknowns that are `active`, in ascending order; the others' entries are 0.
   */
  normal(x: Float64Array, A: Float64Array, g: Float64Array, active: Int32Array): number;
  /** Number of unknowns: 6, or 5 + period with a season (whose last effect is given by the others). */
  readonly size: number;
}

/**
 * Returns the sum of squares of a form in TypeScript: the reference of the kernel, for any form.
 *
 * @param y - the series, NaN where missing
 * @param x - unknowns in natural units: alpha, beta, gamma, phi, level, slope, then the effects of the first period − 1
 *   steps, for which see `SEASON`
 */
export function plainSquares(form: EtsForm, y: Float64Array, period: number): EtsSquares {
  const { trend } = form;
  const seasonal = form.season !== "N";
  const ratioSeason = form.season === "M";
  const relative = form.error === "M";
  const m = seasonal ? period : 0;
  const size = SEASON + Math.max(0, m - 1);
  const n = y.length;
  const nobs = y.reduce((count, value) => count + (value === value ? 1 : 0), 0);
  const season = new Float64Array(m);
  // One place more than there are unknowns, for derivatives with respect to those that are not active.
  const dSeason = new Float64Array(Math.max(1, m) * (size + 1));
  const dLevel = new Float64Array(size + 1);
  const dSlope = new Float64Array(size + 1);
  const dLog = new Float64Array(size + 1);
  const rows = new Float64Array(BLOCK * (size + 1));
  const residuals = new Float64Array(BLOCK);
  const products = new Float64Array((size + 1) * (size + 1));
  const gradient = new Float64Array(size + 1);
  const places = new Int32Array(size);

  const startSeason = (x: Float64Array): boolean => {
    let last = ratioSeason ? m : 0;
    let positive = true;
    for (let j = 0; j < m - 1; j++) {
      season[j] = x[SEASON + j]!;
      last -= season[j]!;
      if (season[j]! <= 0) positive = false;
    }
    season[m - 1] = last;
    return !ratioSeason || (positive && last > 0);
  };

  const value = (x: Float64Array): number => {
    if (seasonal && !startSeason(x)) return Infinity;
    const alpha = x[0]!;
    const beta = x[1]!;
    const gamma = x[2]!;
    const phi = x[3]!;
    let level = x[4]!;
    let slope = x[5]!;
    let squares = 0;
    let logs = 0;
    let product = 1;
    let at = 0;
    for (let t = 0; t < n; t++) {
      let growth = 0;
      let q = level;
      if (trend === "A") {
        growth = phi * slope;
        q += growth;
      } else if (trend === "M") {
        if (!(slope > 0 && level > 0)) return Infinity;
        growth = slope ** phi;
        q *= growth;
      }
      const s = seasonal ? season[at]! : 0;
      const mu = !seasonal ? q : ratioSeason ? q * s : q + s;
      if ((relative && !(mu > 0)) || (ratioSeason && !(s > 0 && q > 0))) return Infinity;
      const observed = y[t]!;
      let error = 0;
      if (observed === observed) {
        error = observed - mu;
        if (relative) {
          squares += (error / mu) * (error / mu);
          product *= mu;
          if (product > 1e150 || product < 1e-150) {
            logs += Math.log(product);
            product = 1;
          }
        } else squares += error * error;
      }
      const change = ratioSeason ? error / s : error;
      if (trend === "A") slope = growth + beta * change;
      else if (trend === "M") slope = growth + (beta * change) / level;
      level = q + alpha * change;
      if (seasonal) {
        season[at] = s + gamma * (ratioSeason ? error / q : error);
        if (++at === m) at = 0;
      }
    }
    return relative ? squares * Math.exp((2 * (logs + Math.log(product))) / nobs) : squares;
  };

  const normal = (x: Float64Array, A: Float64Array, g: Float64Array, active: Int32Array): number => {
    A.fill(0);
    g.fill(0);
    if (seasonal && !startSeason(x)) return Infinity;
    const count = active.length;
    const stride = count + 1;
    dSeason.fill(0);
    dLevel.fill(0);
    dSlope.fill(0);
    dLog.fill(0);
    products.fill(0);
    gradient.fill(0);
    places.fill(count);
    for (let k = 0; k < count; k++) {
      const unknown = active[k]!;
      places[unknown] = k;
      if (unknown < SEASON) continue;
      dSeason[(unknown - SEASON) * stride + k] = 1;
      dSeason[(m - 1) * stride + k] = -1;
    }
    const byAlpha = places[0]!;
    const byBeta = places[1]!;
    const byGamma = places[2]!;
    const byPhi = places[3]!;
    dLevel[places[4]!] = 1;
    dSlope[places[5]!] = 1;
    const alpha = x[0]!;
    const beta = x[1]!;
    const gamma = seasonal ? x[2]! : 0;
    const phi = x[3]!;
    let level = x[4]!;
    let slope = x[5]!;
    let squares = 0;
    let logs = 0;
    let product = 1;
    let at = 0;
    let filled = 0;
    for (let t = 0; t < n; t++) {
      let growth = 0;
      let growthBySlope = 0;
      let growthByPhi = 0;
      let q = level;
      let qByLevel = 1;
      let qByGrowth = 0;
      if (trend === "A") {
        growth = phi * slope;
        growthBySlope = phi;
        growthByPhi = slope;
        q += growth;
        qByGrowth = 1;
      } else if (trend === "M") {
        if (!(slope > 0 && level > 0)) return Infinity;
        growth = slope ** phi;
        growthBySlope = (phi * growth) / slope;
        growthByPhi = growth * Math.log(slope);
        q *= growth;
        qByLevel = growth;
        qByGrowth = level;
      }
      const s = seasonal ? season[at]! : 0;
      const mu = !seasonal ? q : ratioSeason ? q * s : q + s;
      if ((relative && !(mu > 0)) || (ratioSeason && !(s > 0 && q > 0))) return Infinity;
      const observed = y[t]!;
      const present = observed === observed;
      const error = present ? observed - mu : 0;
      const residual = relative ? error / mu : error;
      // dresidual = −(y / μ²) dμ for relative errors, −dμ for absolute ones.
      const residualByMu = !present ? 0 : relative ? -observed / (mu * mu) : -1;
      const logByMu = relative && present ? 1 / mu : 0;
      const errorByMu = present ? -1 : 0;
      const muByQ = ratioSeason ? s : 1;
      const muByS = ratioSeason ? q : seasonal ? 1 : 0;
      // How the level's and slope's change and the season's turn with q and s, the season's effect.
      let change = error;
      let turn = error;
      const changeByQ = errorByMu;
      let changeByS = errorByMu * muByS;
      let turnByQ = errorByMu;
      let turnByS = changeByS;
      if (ratioSeason) {
        change = error / s;
        turn = error / q;
        changeByS = (errorByMu * q - change) / s;
        turnByQ = (errorByMu * s - turn) / q;
        turnByS = errorByMu;
      }
      const steepness = trend === "N" ? 0 : trend === "M" ? beta / level : beta;
      const qBySlope = qByGrowth * growthBySlope;
      const levelByQ = 1 + alpha * changeByQ;
      const levelByS = alpha * changeByS;
      const slopeByLevel = trend === "M" ? (-steepness * change) / level : 0;
      const slopeByQ = steepness * changeByQ;
      const slopeByS = steepness * changeByS;
      const seasonByQ = gamma * turnByQ;
      const seasonByS = 1 + gamma * turnByS;
      const row = at * stride;
      const base = filled * stride;
      if (trend === "N")
        for (let k = 0; k < count; k++) {
          const q1 = dLevel[k]!;
          const s1 = dSeason[row + k]!;
          const mu1 = muByQ * q1 + muByS * s1;
          rows[base + k] = residualByMu * mu1;
          if (relative) dLog[k]! += logByMu * mu1;
          dLevel[k] = levelByQ * q1 + levelByS * s1;
          dSeason[row + k] = seasonByQ * q1 + seasonByS * s1;
        }
      else
        for (let k = 0; k < count; k++) {
          const level1 = dLevel[k]!;
          const slope1 = dSlope[k]!;
          const s1 = dSeason[row + k]!;
          const q1 = qByLevel * level1 + qBySlope * slope1;
          const mu1 = muByQ * q1 + muByS * s1;
          rows[base + k] = residualByMu * mu1;
          if (relative) dLog[k]! += logByMu * mu1;
          dLevel[k] = levelByQ * q1 + levelByS * s1;
          dSlope[k] = slopeByLevel * level1 + growthBySlope * slope1 + slopeByQ * q1 + slopeByS * s1;
          dSeason[row + k] = seasonByQ * q1 + seasonByS * s1;
        }
      // What the smoothing parameters do by themselves. Those that are not active have a place past the others.
      const qByPhi = qByGrowth * growthByPhi;
      rows[base + byPhi]! += residualByMu * muByQ * qByPhi;
      dLog[byPhi]! += logByMu * muByQ * qByPhi;
      dLevel[byPhi]! += levelByQ * qByPhi;
      dSlope[byPhi]! += growthByPhi + slopeByQ * qByPhi;
      dSeason[row + byPhi]! += seasonByQ * qByPhi;
      dLevel[byAlpha]! += change;
      dSlope[byBeta]! += trend === "M" ? change / level : change;
      dSeason[row + byGamma]! += turn;
      residuals[filled] = residual;
      if (++filled === BLOCK || t === n - 1) {
        accumulate(filled, count);
        filled = 0;
      }
      squares += residual * residual;
      if (relative && present) {
        product *= mu;
        if (product > 1e150 || product < 1e-150) {
          logs += Math.log(product);
          product = 1;
        }
      }
      if (trend !== "N") slope = growth + steepness * change;
      level = q + alpha * change;
      if (seasonal) {
        season[at] = s + gamma * turn;
        if (++at === m) at = 0;
      }
    }
    const scale = relative ? Math.exp((2 * (logs + Math.log(product))) / nobs) : 1;
    writeNormal({ products, gradient, dLog, stride, squares, scale, nobs }, { A, g, active, relative, size });
    return scale * squares;
  };

  /** Adds the derivatives of the last steps' residuals to their products with each other and with the residuals. */
  const accumulate = (filled: number, count: number): void => {
    const stride = count + 1;
    for (let b = filled; b < BLOCK; b++) {
      rows.fill(0, b * stride, (b + 1) * stride);
      residuals[b] = 0;
    }
    const r0 = residuals[0]!;
    const r1 = residuals[1]!;
    const r2 = residuals[2]!;
    const r3 = residuals[3]!;
    // Two unknowns at a time: each derivative is then loaded once for two products.
    for (let i = 0; i < count; i += 2) {
      // The last of an odd number has the place past the others beside it.
      const e = i + 1;
      const d0 = rows[i]!;
      const d1 = rows[stride + i]!;
      const d2 = rows[2 * stride + i]!;
      const d3 = rows[3 * stride + i]!;
      const e0 = rows[e]!;
      const e1 = rows[stride + e]!;
      const e2 = rows[2 * stride + e]!;
      const e3 = rows[3 * stride + e]!;
      gradient[i]! += d0 * r0 + d1 * r1 + (d2 * r2 + d3 * r3);
      gradient[e]! += e0 * r0 + e1 * r1 + (e2 * r2 + e3 * r3);
      const to = i * stride;
      const below = e * stride;
      for (let j = 0; j <= e; j++) {
        const x0 = rows[j]!;
        const x1 = rows[stride + j]!;
        const x2 = rows[2 * stride + j]!;
        const x3 = rows[3 * stride + j]!;
        products[to + j]! += d0 * x0 + d1 * x1 + (d2 * x2 + d3 * x3);
        products[below + j]! += e0 * x0 + e1 * x1 + (e2 * x2 + e3 * x3);
      }
    }
  };
  return { value, normal, size };
}

/** The sums of a pass over the series: of the derivatives of residuals and of logarithms, of the unknowns that are active. */
export interface PassSums {
  readonly products: Float64Array;
  readonly gradient: Float64Array;
  readonly dLog: Float64Array;
  /** Length of a row of `products`. */
  readonly stride: number;
  readonly squares: number;
  /** Square of the geometric mean of the expectations where errors are relative, else 1. */
  readonly scale: number;
  readonly nobs: number;
}

/** The normal equations of all unknowns. */
export interface NormalEquations {
  readonly A: Float64Array;
  readonly g: Float64Array;
  readonly active: Int32Array;
  readonly relative: boolean;
  readonly size: number;
}

/** Writes the normal equations that a pass gives to the places of the unknowns that are active. */
export function writeNormal(
  { products, gradient, dLog, stride, squares, scale, nobs }: PassSums,
  { A, g, active, relative, size }: NormalEquations,
): void {
  const count = active.length;
  for (let i = 0; i < count; i++) {
    const u = dLog[i]! / nobs;
    for (let j = 0; j <= i; j++) {
      let sum = products[i * stride + j]!;
      if (relative) {
        const v = dLog[j]! / nobs;
        sum = scale * (sum + gradient[i]! * v + u * gradient[j]! + squares * u * v);
      }
      A[active[i]! * size + active[j]!] = sum;
      A[active[j]! * size + active[i]!] = sum;
    }
    g[active[i]!] = relative ? scale * (gradient[i]! + squares * u) : gradient[i]!;
  }
}
