/** Settings of `bfgs`. */
export interface BfgsOptions {
  /** First guess of the inverse Hessian, n × n by rows; the identity when left out. Not changed. */
  readonly inverseHessian?: Float64Array | undefined;
  /** Each variable i stays in [−bound[i], bound[i]]; default Infinity. */
  readonly bound?: readonly number[];
  /** No variable moves farther than this in one step. */
  readonly maxStep?: number;
  /** Stops when a step is expected to lower the function by less than this. */
  readonly tolerance?: number;
  readonly maxSteps?: number;
  /** Goes on with central differences once forward ones find no better point. */
  readonly polish?: boolean;
  /**
   * Gives up as soon as the function, less a few times what the next step is expected to gain, is above this value.
   */
  readonly hopeless?: number;
  /** The number of steps before it may give up as hopeless; default 2. */
  readonly patience?: number | undefined;
  /** Gives up after three steps in a row to points for which this is true. */
  readonly outside?: ((x: Float64Array) => boolean) | undefined;
  /** Writes the gradient at a point to `out`; the function was just called there. Differences when left out. */
  readonly gradient?: ((x: Float64Array, out: Float64Array) => void) | undefined;
}

/** Reason that ended a search early. */
export type Stopped = "hopeless" | "outside";

/**
 * Minimises a smooth function of a few bounded variables by the quasi-Newton method of Broyden, Fletcher, Goldfarb and
 * Shanno, with forward differences for the gradient. A step towards a bound goes at most nine tenths of the way, so
 * that minima on the bound are approached quickly and never overshot. NaN counts as Infinity.
 *
 * @returns the best point, its value, the number of function calls, and why it gave up, if it did
 * @see Nocedal & Wright (2006), Numerical Optimization, ch. 6
 */
export function bfgs(
  f: (x: Float64Array) => number,
  start: Float64Array,
  {
    inverseHessian,
    bound,
    maxStep = Infinity,
    tolerance = 1e-8,
    maxSteps = 100,
    polish = false,
    hopeless = Infinity,
    patience = 2,
    outside,
    gradient: exact,
  }: BfgsOptions = {},
): { x: Float64Array; value: number; evaluations: number; stopped: Stopped | undefined } {
  const n = start.length;
  const x = Float64Array.from(start);
  const next = new Float64Array(n);
  const gradient = new Float64Array(n);
  const nextGradient = new Float64Array(n);
  const step = new Float64Array(n);
  const hy = new Float64Array(n);
  const H = inverseHessian === undefined ? identity(n) : Float64Array.from(inverseHessian);
  let evaluations = 1;
  let value = f(x);
  if (n === 0 || !(value < Infinity)) return { x, value, evaluations, stopped: undefined };
  let central = false;
  const differences = (at: Float64Array, centre: number, out: Float64Array) => {
    if (exact !== undefined && !central) {
      exact(at, out);
      return;
    }
    for (let i = 0; i < n; i++) {
      const here = at[i]!;
      const reach = central ? 1e-4 : 1e-6;
      const h =
        (here > 0 ? -1 : 1) * Math.max(1e-9, Math.min(reach, 0.3 * ((bound?.[i] ?? Infinity) - Math.abs(here))));
      at[i] = here + h;
      const value = f(at);
      out[i] = value < Infinity ? (value - centre) / h : 0;
      if (central) {
        // The second difference corrects the first for curvature.
        at[i] = here + h / 2;
        const half = f(at);
        if (half < Infinity && value < Infinity) out[i] = (4 * half - value - 3 * centre) / h;
      }
      at[i] = here;
    }
    evaluations += central ? 2 * n : n;
  };
  differences(x, value, gradient);
  let resets = 0;
  let strayed = 0;
  /**
   * Returns true if something is left to try after a step without progress: the first Hessian, central differences.
   */
  const again = () => {
    if (resets++ > 0) {
      if (!polish || central) return false;
      central = true;
      resets = 0;
      differences(x, value, gradient);
    }
    H.set(inverseHessian ?? identity(n));
    return true;
  };
  let fresh = inverseHessian === undefined;
  for (let iteration = 0; iteration < maxSteps; iteration++) {
    let longest = 0;
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum -= H[i * n + j]! * gradient[j]!;
      hy[i] = sum;
      longest = Math.max(longest, Math.abs(sum));
    }
    const shorter = longest > maxStep ? maxStep / longest : 1;
    let slope = 0;
    for (let i = 0; i < n; i++) {
      const sum = hy[i]! * shorter;
      const here = x[i]!;
      const most = bound === undefined ? Infinity : 0.9 * (bound[i]! - Math.sign(sum) * here);
      step[i] = Math.abs(sum) > most ? Math.sign(sum) * most : sum;
      slope += step[i]! * gradient[i]!;
    }
    if (slope > -2 * tolerance) {
      if (slope <= 0 && !polish) break;
      if (central || !again()) break;
      continue;
    }
    if (iteration >= patience && value + 5 * slope > hopeless) return { x, value, evaluations, stopped: "hopeless" };
    let alpha = 1;
    let trial = Infinity;
    for (let attempt = 0; attempt < 25; attempt++) {
      for (let i = 0; i < n; i++) next[i] = x[i]! + alpha * step[i]!;
      trial = f(next);
      evaluations++;
      if (trial <= value + 1e-4 * alpha * slope) break;
      // A quadratic through the value, the slope and the trial says where the minimum along the step lies.
      const fitted = trial < Infinity ? (-slope * alpha * alpha) / (2 * (trial - value - slope * alpha)) : 0;
      alpha = Math.min(0.5 * alpha, Math.max(0.1 * alpha, fitted));
    }
    if (!(trial < value)) {
      if (!again()) break;
      continue;
    }
    const gain = value - trial;
    differences(next, trial, nextGradient);
    let sy = 0;
    let yy = 0;
    for (let i = 0; i < n; i++) {
      const s = next[i]! - x[i]!;
      const y = nextGradient[i]! - gradient[i]!;
      step[i] = s;
      hy[i] = y;
      sy += s * y;
      yy += y * y;
    }
    if (sy > 1e-14) {
      if (fresh) for (let i = 0; i < n * n; i++) H[i]! *= sy / yy;
      fresh = false;
      update(H, step, hy, sy, n);
    }
    x.set(next);
    gradient.set(nextGradient);
    value = trial;
    if (outside !== undefined) {
      strayed = outside(x) ? strayed + 1 : 0;
      if (strayed >= 3) return { x, value, evaluations, stopped: "outside" };
    }
    if (gain < tolerance * 0.01 && !again()) break;
  }
  return { x, value, evaluations, stopped: undefined };
}

/** Computes H ← (I − s y'/s'y) H (I − y s'/s'y) + s s'/s'y. */
function update(H: Float64Array, s: Float64Array, y: Float64Array, sy: number, n: number): void {
  const hy = new Float64Array(n);
  let yhy = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) hy[i]! += H[i * n + j]! * y[j]!;
    yhy += y[i]! * hy[i]!;
  }
  const scale = (1 + yhy / sy) / sy;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) H[i * n + j]! += scale * s[i]! * s[j]! - (hy[i]! * s[j]! + s[i]! * hy[j]!) / sy;
}

function identity(n: number): Float64Array {
  const I = new Float64Array(n * n);
  for (let i = 0; i < n; i++) I[i * n + i] = 1;
  return I;
}
