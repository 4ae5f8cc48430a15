import fc from "fast-check";
import { normal, random } from "../../src/index.ts";

/** A series and how it goes on. */
export interface Sample {
  readonly values: Float64Array;
  /** Observations per season. */
  readonly period: number;
  /** The 12 values that follow, without missing ones. */
  readonly next: Float64Array;
  /** True if no value follows from the others: a forecast of it that is certain is wrong. */
  readonly noisy: boolean;
}

/** A sample by what it is made from. */
export interface Recipe {
  readonly shape: Shape;
  readonly length: number;
  readonly period: number;
  readonly seed: number;
  /** True if one in seven values between the first and the last is missing. */
  readonly gaps: boolean;
}

interface Draw {
  readonly length: number;
  readonly period: number;
  readonly uniform: () => number;
  readonly gauss: () => number;
}

/** The value at each step, called in the order of time. */
type Path = (t: number) => number;

const seasonOf = ({ period, gauss }: Draw) => Array.from({ length: period }, gauss);
const phase = (season: readonly number[], t: number) => season[t % season.length] ?? 0;

/** The shapes of planners' series. */
const SHAPES = {
  constant: () => () => 7,
  noise:
    ({ gauss }) =>
    () =>
      20 + gauss(),
  "near constant":
    ({ gauss }) =>
    () =>
      100 + 1e-6 * gauss(),
  "random walk": ({ gauss }) => {
    let level = 50;
    return () => (level += gauss());
  },
  "level shift": ({ length, uniform, gauss }) => {
    const at = Math.floor(length * uniform());
    return (t) => (t < at ? 5 : 20) + 0.1 * gauss();
  },
  "jump at the end": ({ length, uniform, gauss }) => {
    const at = length - 1 - Math.floor(3 * uniform());
    return (t) => (t < at ? 5 : 20) + 0.1 * gauss();
  },
  "one outlier": ({ length, uniform, gauss }) => {
    const at = Math.floor(length * uniform());
    return (t) => (t === at ? 100 : 10) + gauss();
  },
  trend: ({ gauss }) => {
    const slope = gauss();
    return (t) => 50 + slope * t + gauss();
  },
  "strong season": (draw) => {
    const season = seasonOf(draw);
    return (t) => 100 + 20 * phase(season, t) + draw.gauss();
  },
  "weak season": (draw) => {
    const season = seasonOf(draw);
    return (t) => 100 + phase(season, t) + 2 * draw.gauss();
  },
  "closed phases": (draw) => {
    const season = Array.from({ length: draw.period }, () => draw.uniform() > 0.3);
    return (t) => (season[t % draw.period] ? Math.round(100 + 10 * draw.gauss()) : 0);
  },
  returns: (draw) => {
    const season = seasonOf(draw);
    return (t) => (draw.uniform() < 0.05 ? -1 : Math.round(30 + 5 * phase(season, t) + 2 * draw.gauss()));
  },
  negative: (draw) => {
    const season = seasonOf(draw);
    return (t) => -100 + 10 * phase(season, t) + draw.gauss();
  },
  launch: ({ length, uniform, gauss }) => {
    const at = Math.floor(length * (0.3 + 0.6 * uniform()));
    return (t) => Math.max(0, Math.round(2 * (t - at) + gauss()));
  },
  "end of life": ({ length, uniform, gauss }) => {
    const at = Math.floor(length * (0.3 + 0.6 * uniform()));
    return (t) => Math.max(0, Math.round(2 * (at - t) + gauss()));
  },
  intermittent:
    ({ uniform }) =>
    () =>
      uniform() < 0.65 ? 0 : 1 + Math.floor(5 * uniform()),
} satisfies Record<string, (draw: Draw) => Path>;

/** The name of a shape. */
export type Shape = keyof typeof SHAPES;

/** Shapes that have a value everywhere that does not follow from the others. */
const NOISY: readonly Shape[] = [
  "noise",
  "random walk",
  "level shift",
  "jump at the end",
  "one outlier",
  "trend",
  "strong season",
  "weak season",
  "negative",
];
/** The names of the shapes. */
export const SHAPE_NAMES = Object.keys(SHAPES).filter((name): name is Shape => Object.hasOwn(SHAPES, name));
const NEXT = 12;

/** Makes the series of a recipe, the same on every platform. */
export function sampleOf({ shape, length, period, seed, gaps }: Recipe): Sample {
  const uniform = random(seed);
  const path: Path = SHAPES[shape]({ length, period, uniform, gauss: () => normal(uniform) });
  // Without -0, which JSON does not keep.
  const whole = Float64Array.from({ length: length + NEXT }, (_, t) => path(t) + 0);
  const values = whole.slice(0, length);
  if (gaps) for (let t = 1; t < length - 1; t++) if (uniform() < 1 / 7) values[t] = NaN;
  return { values, period, next: whole.slice(length), noisy: NOISY.includes(shape) };
}

/** Recipes of series of at most `longest` values. */
export function recipes(longest: number): fc.Arbitrary<Recipe> {
  const lengths = [
    { weight: 2, arbitrary: fc.integer({ min: 1, max: Math.min(12, longest) }) },
    { weight: 4, arbitrary: fc.integer({ min: Math.min(13, longest), max: Math.min(60, longest) }) },
    { weight: 2, arbitrary: fc.integer({ min: Math.min(61, longest), max: longest }) },
  ];
  return fc.record({
    shape: fc.constantFrom(...SHAPE_NAMES),
    length: fc.oneof({ withCrossShrink: true }, ...lengths),
    period: fc.constantFrom(1, 4, 7, 12),
    seed: fc.nat(1_000_000),
    gaps: fc.nat(4).map((draw) => draw === 4),
  });
}
