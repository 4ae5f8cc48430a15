import type { System } from "./system.ts";

/** The sizes of a form, and which of its coordinates have columns of their own kind. */
export interface PassSizes {
  readonly system: System;
  /** The number of coordinates. */
  readonly count: number;
  /** Orders of the ARMA errors. */
  readonly p: number;
  readonly q: number;
  /** Positions of the Box–Cox exponent and of the damping among the coordinates; −1 where there is none. */
  readonly lambda: number;
  readonly damping: number;
}

/** Coefficients of ARMA errors. */
export interface ArmaCoefficients {
  readonly ar: readonly number[];
  readonly ma: readonly number[];
}

/**
 * The passes over a series by which a form's sum of squared errors is found, with its derivatives. The errors, white if the
 * ARMA coefficients are right, are e − V x: linear in the states x before the first observation. Each pass goes on from
 * the one before it.
 */
export interface Passes {
  /** The series on the scale of the form, NaN where missing; the caller fills it. */
  readonly z: Float64Array;
  /** The derivative of `z` with respect to the Box–Cox exponent, filled by the caller before `fillDerivatives`. */
  readonly change: Float64Array;
  /** The errors after `fillErrors`; 0 where a value is missing. */
  readonly white: Float64Array;
  /** Tells whether the system is admissible as it is now (see `isAdmissible`). */
  isAdmissible(limit: number): boolean;
  /**
   * Computes e of a level `mean` that nothing moves, and V. Writes V'V (by rows, at least the lower triangle) to `products`
   * and V'e to `right`.
   */
  fillStates(arma: ArmaCoefficients, mean: number, products: Float64Array, right: Float64Array): void;
  /** Computes the errors of the states `x`, less the mean in the level. @returns their sum of squares */
  fillErrors(x: Float64Array): number;
  /**
   * Writes the products of the derivatives C of the errors: C'C (by rows, at least the lower triangle), C'V and C'(e − V x).
   *
   * @param directions - for each coordinate what it changes in the gains, then in the ARMA coefficients
   */
  fillDerivatives(directions: Float64Array, products: Float64Array, crossed: Float64Array, right: Float64Array): void;
}
