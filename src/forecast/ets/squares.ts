import type { EtsForm } from "./form.ts";

/** The place of each unknown: alpha, beta, gamma, phi, the level, the slope, and the season's from here on. */
export const SEASON = 6;

/**
 * The likelihood of one form as a sum of squares: its logarithm times nobs is −2 log-likelihood. For multiplicative
 * errors the relative errors are multiplied by the geometric mean of the expectations, whose logarithm stands for the
 * likelihood's term Σ log|μ|: so both kinds of errors are least squares, and Gauss–Newton steps apply.
 *
 * Derivatives of the states with respect to every unknown go along with the recursion.
 */
export interface EtsSquares {
  /** −2 log-likelihood is nobs · log of this. Infinity where states or expectations are not allowed. */
  value(x: Float64Array): number;
  /** The same with its normal equations: `A` = J'J (by rows) and `g` = J'r over all unknowns. */
  normal(x: Float64Array, A: Float64Array, g: Float64Array): number;
  /** Number of unknowns: 6, or 5 + period with a season (whose last effect is given by the others). */
  readonly size: number;
}

/**
 * @param y - the series, NaN where missing
 * @param x - unknowns in natural units: alpha, beta, gamma, phi, level, slope, then the effects of the first period − 1
 *   steps, for which see `SEASON`
 */
export function createSquares(form: EtsForm, y: Float64Array, period: number): EtsSquares {
  const { trend } = form;
  const seasonal = form.season !== "N";
  const ratioSeason = form.season === "M";
  const relative = form.error === "M";
  const m = seasonal ? period : 0;
  const size = SEASON + Math.max(0, m - 1);
  const n = y.length;
  const nobs = y.reduce((count, value) => count + (value === value ? 1 : 0), 0);
  const season = new Float64Array(m);
  const dSeason = new Float64Array(m * size);
  const dLevel = new Float64Array(size);
  const dSlope = new Float64Array(size);
  const dError = new Float64Array(size);
  const dLog = new Float64Array(size);

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

  const normal = (x: Float64Array, A: Float64Array, g: Float64Array): number => {
    A.fill(0);
    g.fill(0);
    if (seasonal && !startSeason(x)) return Infinity;
    dSeason.fill(0);
    dLevel.fill(0);
    dSlope.fill(0);
    dLog.fill(0);
    for (let j = 0; j < m - 1; j++) {
      dSeason[j * size + SEASON + j] = 1;
      dSeason[(m - 1) * size + SEASON + j] = -1;
    }
    dLevel[4] = 1;
    if (trend !== "N") dSlope[5] = 1;
    const alpha = x[0]!;
    const beta = x[1]!;
    const gamma = x[2]!;
    const phi = x[3]!;
    let level = x[4]!;
    let slope = x[5]!;
    let squares = 0;
    let logs = 0;
    let at = 0;
    for (let t = 0; t < n; t++) {
      let growth = 0;
      let growthBySlope = 0;
      let growthByPhi = 0;
      let q = level;
      let qByLevel = 1;
      let qByGrowth = 1;
      if (trend === "A") {
        growth = phi * slope;
        growthBySlope = phi;
        growthByPhi = slope;
        q += growth;
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
      const muByQ = ratioSeason ? s : 1;
      const muBySeason = ratioSeason ? q : 1;
      const observed = y[t]!;
      const present = observed === observed;
      const error = present ? observed - mu : 0;
      const change = ratioSeason ? error / s : error;
      const turn = ratioSeason ? error / q : error;
      const residual = relative ? error / mu : error;
      // dresidual = −(y / μ²) dμ for relative errors, −dμ for absolute ones.
      const residualByMu = !present ? 0 : relative ? -observed / (mu * mu) : -1;
      const errorByMu = present ? -1 : 0;
      const row = at * size;
      for (let k = 0; k < size; k++) {
        const level1 = dLevel[k]!;
        const growth1 = growthBySlope * dSlope[k]! + (k === 3 ? growthByPhi : 0);
        const q1 = qByLevel * level1 + (trend === "N" ? 0 : qByGrowth * growth1);
        const s1 = seasonal ? dSeason[row + k]! : 0;
        const mu1 = muByQ * q1 + (seasonal ? muBySeason * s1 : 0);
        const error1 = errorByMu * mu1;
        dError[k] = residualByMu * mu1;
        if (relative && present) dLog[k]! += mu1 / mu;
        const change1 = ratioSeason ? (error1 - change * s1) / s : error1;
        dLevel[k] = q1 + alpha * change1 + (k === 0 ? change : 0);
        if (trend === "A") dSlope[k] = growth1 + beta * change1 + (k === 1 ? change : 0);
        else if (trend === "M")
          dSlope[k] = growth1 + (beta * (change1 - (change * level1) / level)) / level + (k === 1 ? change / level : 0);
        if (seasonal)
          dSeason[row + k] = s1 + gamma * (ratioSeason ? (error1 - turn * q1) / q : error1) + (k === 2 ? turn : 0);
      }
      if (present) {
        squares += residual * residual;
        if (relative) logs += Math.log(mu);
        for (let i = 0; i < size; i++) {
          const d = dError[i]!;
          g[i]! += d * residual;
          if (d === 0) continue;
          for (let j = 0; j <= i; j++) A[i * size + j]! += d * dError[j]!;
        }
      }
      if (trend === "A") slope = growth + beta * change;
      else if (trend === "M") slope = growth + (beta * change) / level;
      level = q + alpha * change;
      if (seasonal) {
        season[at] = s + gamma * turn;
        if (++at === m) at = 0;
      }
    }
    const scale = relative ? Math.exp((2 * logs) / nobs) : 1;
    for (let i = 0; i < size; i++)
      for (let j = 0; j <= i; j++) {
        let sum = A[i * size + j]!;
        if (relative) {
          const u = dLog[i]! / nobs;
          const v = dLog[j]! / nobs;
          sum = scale * (sum + g[i]! * v + u * g[j]! + squares * u * v);
        }
        A[i * size + j] = sum;
        A[j * size + i] = sum;
      }
    if (relative) for (let i = 0; i < size; i++) g[i] = scale * (g[i]! + (squares * dLog[i]!) / nobs);
    return scale * squares;
  };
  return { value, normal, size };
}
