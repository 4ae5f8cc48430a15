/**
 * Forecasting as pure functions: a series in, a fitted model (plain data) out. All of `@manymodel/forecast`, which is a
 * package of its own for whoever needs nothing else.
 *
 * @module
 */
export * from "@manymodel/forecast";
