/**
 * Returns the minimum of a function of one variable on an interval, by Brent's combination of golden section and
 * successive parabolic interpolation. Evaluates inside the interval, never at its ends.
 *
 * @param options.tolerance - the width, about, to which the minimum is enclosed
 * @returns where the least value met lies: a local minimum, the only one if the function is unimodal
 * @throws {RangeError} unless `lower` is below `upper`
 * @see Brent (1973), "Algorithms for Minimization without Derivatives", chapter 5
 */
export function brent(
  f: (x: number) => number,
  options: { lower: number; upper: number; tolerance: number },
): { x: number; value: number } {
  const { lower, upper, tolerance } = options;
  if (!(lower < upper)) throw new RangeError(`lower is ${lower} and upper ${upper}; lower must be below upper`);
  const golden = (3 - Math.sqrt(5)) / 2;
  const precision = Math.sqrt(Number.EPSILON);
  let a = lower;
  let b = upper;
  let x = a + golden * (b - a);
  let w = x;
  let v = x;
  let fx = f(x);
  let fw = fx;
  let fv = fx;
  let step = 0;
  let before = 0;
  for (;;) {
    const middle = (a + b) / 2;
    const least = precision * Math.abs(x) + tolerance / 3;
    if (Math.abs(x - middle) <= 2 * least - (b - a) / 2) return { x, value: fx };
    let parabolic = false;
    if (Math.abs(before) > least) {
      const r = (x - w) * (fx - fv);
      let q = (x - v) * (fx - fw);
      let p = (x - v) * q - (x - w) * r;
      q = 2 * (q - r);
      if (q > 0) p = -p;
      q = Math.abs(q);
      parabolic = Math.abs(p) < Math.abs((q * before) / 2) && p > q * (a - x) && p < q * (b - x);
      if (parabolic) {
        before = step;
        step = p / q;
        if (x + step - a < 2 * least || b - x - step < 2 * least) step = x < middle ? least : -least;
      }
    }
    if (!parabolic) {
      before = x < middle ? b - x : a - x;
      step = golden * before;
    }
    const u = Math.abs(step) >= least ? x + step : x + (step > 0 ? least : -least);
    const fu = f(u);
    if (fu <= fx) {
      if (u < x) b = x;
      else a = x;
      v = w;
      fv = fw;
      w = x;
      fw = fx;
      x = u;
      fx = fu;
    } else {
      if (u < x) a = u;
      else b = u;
      if (fu <= fw || w === x) {
        v = w;
        fv = fw;
        w = u;
        fw = fu;
      } else if (fu <= fv || v === x || v === w) {
        v = u;
        fv = fu;
      }
    }
  }
}
