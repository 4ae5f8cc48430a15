import {
  boundedCoordinates,
  coordinateJacobian,
  fromCoordinates as fromPartial,
  toCoordinates as toPartial,
} from "../arima/likelihood/partial-coordinates.ts";
import { type Arma, zeroArma } from "../arima/polynomial.ts";
import type { TbatsForm, TbatsParameters } from "./form.ts";
import { addDummyGain, addPairGain, type System } from "./system.ts";

/** The bounds of a search for lambda, and for the damping of a trend. */
export interface Limits {
  readonly lambda: readonly [number, number];
  /** The distance of the box beyond the corner without smoothing: the excess of the greatest modulus above 1. */
  readonly slack: number;
}

/**
 * The most of an error that moves the level. Up to 2 is admissible, but such a level overshoots an outlier at the end by as
 * much again, on a logarithmic scale by a multiple.
 */
const MOST_ALPHA = 1.2;
const DAMPING: readonly [number, number] = [0.8, 1];
/** Bound of the coordinates of ARMA errors: farther out is a unit root to all intents. */
const MOVING = 0.995;
const AUTOREGRESSIVE = 3.5;

/**
 * Coordinates of a form's parameters in which the admissible region is, as far as small gains go, a box with its corner
 * where nothing is smoothed. The optimum is often in that corner, or on an edge, where searches in gains get stuck. In
 * order: lambda; alpha; α (1 − φ) + φ β of a trend with damping φ, then φ; of each period γ₁ cos ω − γ₂ sin ω at its first
 * and at its last angle ω (of a single one, the other part of the turned gain); partial autocorrelations of the errors.
 */
export interface Coordinates {
  readonly count: number;
  readonly slack: number;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Position of lambda (0) and of the damping, −1 where there is none; of the first ARMA coordinate. */
  readonly damping: number;
  readonly arma: number;
  to(parameters: TbatsParameters): Float64Array;
  from(x: Float64Array): TbatsParameters;
  /** Writes the change of the gains for coordinate i, per unit. */
  direction(i: number, parameters: TbatsParameters, system: System, out: Float64Array): void;
  /** Returns derivatives of the ARMA coefficients with respect to their coordinates, by rows. */
  armaJacobian(x: Float64Array): Float64Array;
}

export function createCoordinates(form: TbatsForm, limits: Limits): Coordinates {
  const { boxCox, trend, damped, periods, harmonics, seasonality, p, q } = form;
  const lower: number[] = [];
  const upper: number[] = [];
  const bound = (low: number, high: number) => {
    lower.push(low);
    return upper.push(high) - 1;
  };
  if (boxCox) bound(...limits.lambda);
  // With damping a negative alpha can be admissible: the slope's part of the level is smoothed instead.
  const alphaAt = bound(damped ? -1 : -limits.slack, MOST_ALPHA);
  const betaAt = trend ? bound(-limits.slack, 4) : -1;
  const damping = damped ? bound(...DAMPING) : -1;
  const angles = periods.map((period, i) => {
    const first = (2 * Math.PI) / period;
    return { first, last: first * harmonics[i]! };
  });
  const seasonAt = periods.map((_, i) => {
    const at = bound(-2 * limits.slack, 2);
    if (seasonality === "trigonometric") bound(harmonics[i]! > 1 ? -2 * limits.slack : -2, 2);
    return at;
  });
  const bounded = boundedCoordinates(noArma());
  const arma = lower.length;
  for (const moving of bounded) bound(-(moving ? MOVING : AUTOREGRESSIVE), moving ? MOVING : AUTOREGRESSIVE);

  function noArma(): Arma {
    return zeroArma({ p, q, P: 0, Q: 0, period: 1 });
  }
  /** Returns the inverse of the season's two coordinates: gains of a unit of each. */
  const gainsOf = (i: number, u: number, v: number): [number, number] => {
    const { first: a, last: b } = angles[i]!;
    if (harmonics[i] === 1) return [u * Math.cos(a) + v * Math.sin(a), v * Math.cos(a) - u * Math.sin(a)];
    const det = Math.sin(a - b);
    return [(Math.sin(a) * v - Math.sin(b) * u) / det, (Math.cos(a) * v - Math.cos(b) * u) / det];
  };

  return {
    count: lower.length,
    slack: limits.slack,
    lower: Float64Array.from(lower),
    upper: Float64Array.from(upper),
    damping,
    arma,
    to({ lambda, alpha, beta, damping: phi, gammaOne, gammaTwo, ar, ma }) {
      const x: number[] = [];
      if (boxCox) x.push(lambda ?? 1);
      x.push(alpha);
      if (trend) x.push(damped ? alpha * (1 - (phi ?? 1)) + (phi ?? 1) * (beta ?? 0) : (beta ?? 0));
      if (damped) x.push(phi ?? 1);
      periods.forEach((_, i) => {
        const one = gammaOne[i]!;
        if (seasonality === "dummy") {
          x.push(one);
          return;
        }
        const two = gammaTwo[i]!;
        const { first: a, last: b } = angles[i]!;
        x.push(one * Math.cos(a) - two * Math.sin(a));
        x.push(harmonics[i] === 1 ? one * Math.sin(a) + two * Math.cos(a) : one * Math.cos(b) - two * Math.sin(b));
      });
      if (p + q > 0) {
        const errors = { ...noArma(), ar: Float64Array.from(ar), ma: Float64Array.from(ma) };
        x.push(...toPartial(errors, MOVING));
      }
      return Float64Array.from(x, (value, i) => Math.min(upper[i]!, Math.max(lower[i]!, value)));
    },
    from(x) {
      const alpha = x[alphaAt]!;
      const phi = damped ? x[damping]! : 1;
      const pairs = seasonAt.map((at, i): readonly [number, number] =>
        seasonality === "dummy" ? [x[at]!, 0] : gainsOf(i, x[at]!, x[at + 1]!),
      );
      const errors = p + q > 0 ? noArma() : undefined;
      if (errors !== undefined) fromPartial(x.subarray(arma), errors);
      return {
        lambda: boxCox ? x[0]! : null,
        alpha,
        beta: trend ? (x[betaAt]! - alpha * (1 - phi)) / phi : null,
        damping: damped ? phi : null,
        gammaOne: pairs.map(([one]) => one),
        gammaTwo: seasonality === "dummy" ? [] : pairs.map(([, two]) => two),
        ar: Array.from(errors?.ar ?? []),
        ma: Array.from(errors?.ma ?? []),
      };
    },
    direction(i, { alpha, beta, damping: factor }, system, out) {
      const phi = factor ?? 1;
      out.fill(0);
      if (i === alphaAt) {
        out[0] = 1;
        if (trend) out[1] = -(1 - phi) / phi;
      } else if (i === betaAt) out[1] = 1 / phi;
      else if (i === damping) out[1] = (alpha - (beta ?? 0)) / phi;
      else
        seasonAt.forEach((at, period) => {
          if (seasonality === "dummy") {
            if (i === at) addDummyGain(system, form, period, 1, out);
          } else if (i === at || i === at + 1) {
            const [one, two] = gainsOf(period, i === at ? 1 : 0, i === at ? 0 : 1);
            addPairGain(system, period, one, two, out);
          }
        });
    },
    armaJacobian: (x) => coordinateJacobian(x.subarray(arma), noArma()),
  };
}
