/**
 * Returns the quantile function of the standard normal distribution (inverse of its cumulative distribution function).
 * Relative accuracy about 1e-16.
 *
 * @param p - probability in (0, 1); 0 and 1 give -Infinity and Infinity
 * @returns NaN if `p` is outside [0, 1] or NaN
 * @see Wichura (1988), Algorithm AS 241, doi:10.2307/2347330
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p === 0) return -Infinity;
  if (p === 1) return Infinity;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(0.180625 - q * q, CENTRE);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const tail = r <= 5 ? ratio(r - 1.6, NEAR) : ratio(r - 5, FAR);
  return q < 0 ? -tail : tail;
}

/** Numerator and denominator coefficients of AS 241's three rational approximations, lowest power first. */
const CENTRE = [
  [
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
    67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
  ],
  [
    1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867, 39307.89580009271061,
    28729.085735721942674, 5226.495278852545925,
  ],
] as const;
const NEAR = [
  [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
  ],
  [
    1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
    0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
  ],
] as const;
const FAR = [
  [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
    0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ],
  [
    1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
    1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
  ],
] as const;

function ratio(x: number, [numerator, denominator]: readonly [readonly number[], readonly number[]]): number {
  let above = 0;
  let below = 0;
  for (let i = 7; i >= 0; i--) {
    above = above * x + numerator[i]!;
    below = below * x + denominator[i]!;
  }
  return above / below;
}

/**
 * Returns the quantile function of Student's t distribution, by Newton's method on the cumulative distribution function
 * from the normal quantile. Relative accuracy about 1e-12 for `p` in [1e-6, 1 - 1e-6].
 *
 * @param p - probability in (0, 1)
 * @param df - degrees of freedom, > 0
 */
export function studentQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1) || !(df > 0)) return NaN;
  if (p === 0.5) return 0;
  if (p < 0.5) return -studentQuantile(1 - p, df);
  const key = df + p;
  const recent = RECENT.get(key);
  if (recent?.p === p && recent.df === df) return recent.quantile;
  const quantile = upperStudentQuantile(p, df);
  if (RECENT.size >= MOST_RECENT) RECENT.clear();
  RECENT.set(key, { p, df, quantile });
  return quantile;
}

/** Quantiles by the sum of their arguments: series of equal length ask for the same, which takes several evaluations of the tail. */
const RECENT = new Map<number, { readonly p: number; readonly df: number; readonly quantile: number }>();
const MOST_RECENT = 1000;

/** Returns the quantile of a probability above 0.5. */
function upperStudentQuantile(p: number, df: number): number {
  const logScale = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI);
  let low = 0;
  let high = 1;
  while (studentCdf(high, df) < p) high *= 2;
  let x = Math.min(high, Math.max(normalQuantile(p), 1e-8));
  for (let i = 0; i < 100; i++) {
    const error = studentCdf(x, df) - p;
    if (error > 0) high = x;
    else low = x;
    const density = Math.exp(logScale - ((df + 1) / 2) * Math.log1p((x * x) / df));
    let next = x - error / density;
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (Math.abs(next - x) <= 1e-14 * Math.abs(next)) return next;
    x = next;
  }
  return x;
}

/** Returns the cumulative distribution function of Student's t distribution for x ≥ 0. */
export function studentCdf(x: number, df: number): number {
  return 1 - 0.5 * incompleteBeta(df / (df + x * x), df / 2, 0.5);
}

/**
 * Returns the upper tail of the binomial distribution: the probability of `count` successes or more in `trials`. It is
 * the regularised incomplete beta function I_p(count, trials - count + 1), so counts need not be integers: they may be
 * effective numbers of independent trials.
 *
 * @param count - at least 0; at 0 the probability is 1
 * @param trials - at least `count`
 * @param p - probability of a success, in [0, 1]
 */
export function binomialTail(count: number, trials: number, p: number): number {
  return count <= 0 ? 1 : incompleteBeta(p, count, trials - count + 1);
}

/** Returns the regularised incomplete beta function, by Lentz's continued fraction (DLMF 8.17.22). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const tiny = 1e-300;
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  d = 1 / (Math.abs(d) < tiny ? tiny : d);
  let f = d;
  for (let m = 1; m < 500; m++) {
    for (const term of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 + term * d;
      d = 1 / (Math.abs(d) < tiny ? tiny : d);
      c = 1 + term / c;
      if (Math.abs(c) < tiny) c = tiny;
      f *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return front * f;
}

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** Returns the logarithm of the gamma function for x > 0, by Lanczos's approximation (1964), doi:10.1137/0701008. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum = 0.9999999999998099;
  for (let i = 0; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (x + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}
