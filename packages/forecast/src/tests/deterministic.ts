/** The columns of a test's deterministic part, for n rows. */
export type Deterministic = (n: number) => readonly Float64Array[];

/** Returns a constant. */
export const level: Deterministic = (n) => [new Float64Array(n).fill(1)];

/** Returns a constant and time, 1, 2, … */
export const trend: Deterministic = (n) => [...level(n), Float64Array.from({ length: n }, (_, t) => t + 1)];
