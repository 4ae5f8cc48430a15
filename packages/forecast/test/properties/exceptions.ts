import type { Method } from "../../src/index.ts";
import type { PropertyName } from "./properties.ts";
import type { Sample } from "./samples.ts";

/** Properties that methods do not have. Each of the methods lacks each of the properties on the example. */
export interface Exception {
  readonly methods: readonly Method[];
  readonly properties: readonly PropertyName[];
  /** The reason, in one line; "fault: …" for a fault to correct. */
  readonly why: string;
  /** Series of which nothing is claimed; every one if left out. */
  readonly where?: (sample: Sample) => boolean;
  readonly example: Example;
}

/** A small series; it goes on as it began, unless `next` says otherwise. */
export interface Example {
  readonly period: number;
  readonly values: readonly number[];
  readonly next?: readonly number[];
}

/** Returns the sample of an example. */
export function sampleOfExample({ period, values, next = values }: Example): Sample {
  return { period, values: Float64Array.from(values), next: Float64Array.from(next), noisy: true };
}

const FILTERS = ["updates as it filters"] as const;
const UPDATES = ["survives JSON", "updates in pieces as at once", "updates as it filters"] as const;
const DEMAND = ["croston", "sba", "tsb", "adida", "imapa"] as const;

const observed = ({ values }: Sample) => values.filter((value) => value === value).length;
const fewerThan = (count: number) => (sample: Sample) => observed(sample) < count;
const isNegative = (value: number) => value < 0;
/** Tells whether a series varies so little that its square is lost beside that of the level. */
const isNearConstant = ({ values }: Sample) => {
  const observed = values.filter((value) => value === value);
  return Math.max(...observed) - Math.min(...observed) < 1e-5 * Math.abs(observed[0] ?? 0);
};
const LINE = { period: 1, values: [1, 2, 3, 5, 8, 9, 11, 15, 14, 18, 20, 19] };
const OUTLIER = { period: 1, values: [100, 9, 10, 10, 11] };
const LONGER_OUTLIER = { period: 1, values: [100, 9, 10, 10, 11, 10, 10] };
const SEASONS = { period: 7, values: [76, 78, 100, 113, 98, 95, 129, 76, 78, 100, 115, 96, 95, 126] };
const EVEN_QUARTERS = { period: 4, values: [95, 114, 128, 115, 96, 114, 129, 114, 96, 114, 126, 114, 95] };
const QUARTERS = [50.8, 51.2, 50.3, 48.5, 48.3, 48.3, 49.2, 48.8, 46.6, 48.3, 47.8, 47.5, 46.4];

export const EXCEPTIONS: readonly Exception[] = [
  {
    methods: ["drift", "theta", "holt-winters"],
    properties: ["fits any series"],
    why: "needs 3 observations, and says so",
    where: fewerThan(3),
    example: { period: 1, values: [7, 8] },
  },
  {
    methods: ["tbats", "bats"],
    properties: ["fits any series"],
    why: "needs 4 observations, and says so",
    where: fewerThan(4),
    example: { period: 1, values: [7, 8, 9] },
  },
  {
    methods: ["dynamic-theta", "ces"],
    properties: ["fits any series"],
    why: "needs 5 observations, and says so",
    where: fewerThan(5),
    example: { period: 1, values: [7, 8, 9, 7] },
  },
  {
    methods: ["window-average"],
    properties: ["fits any series"],
    why: "needs a season, and 3 observations, and says so",
    where: (sample) => observed(sample) < Math.max(3, 2 * sample.period),
    example: { period: 4, values: [7, 8, 9] },
  },
  {
    methods: ["linear"],
    properties: ["fits any series"],
    why: "needs an observation more than coefficients, and says so",
    where: (sample) => observed(sample) <= sample.period + 2,
    example: { period: 1, values: [7] },
  },
  {
    methods: ["seasonal-window-average"],
    properties: ["fits any series"],
    why: "needs three seasons, with an observation of every phase, and says so",
    where: (sample) => observed(sample) < 4 * sample.period,
    example: { period: 4, values: [7, 8, 9] },
  },
  {
    methods: ["snaive"],
    properties: ["fits any series"],
    why: "needs an observation of every phase of the season, and says so",
    where: ({ values, period }) => values.length < 4 * period,
    example: { period: 4, values: [7] },
  },
  {
    methods: DEMAND,
    properties: ["fits any series"],
    why: "demand is not negative",
    where: ({ values }) => values.some(isNegative),
    example: { period: 1, values: [3, -1, 2] },
  },
  {
    methods: DEMAND,
    properties: UPDATES,
    why: "demand is not negative",
    where: ({ next }) => next.some(isNegative),
    example: { period: 1, values: [3, 0, 2], next: [1, 0, 0, 0, 0, -1] },
  },
  {
    methods: DEMAND,
    properties: ["shifts with the series"],
    why: "demand of 0 is not demand",
    example: { period: 1, values: [3, 0, 2] },
  },
  {
    methods: DEMAND,
    properties: ["keeps to the sign of the series"],
    why: "demand is not negative",
    example: { period: 1, values: [3, 0, 2] },
  },
  {
    methods: ["croston", "sba"],
    properties: FILTERS,
    why: "has no fitted value before the first demand, and forecasts 0 there",
    where: ({ values }) => !values.some((value) => value > 0),
    example: { period: 1, values: [0] },
  },
  {
    methods: ["seasonal-window-average"],
    properties: ["updates in pieces as at once"],
    why: "needs an observation of every phase in its window, and says so",
    where: ({ values }) => values.some(Number.isNaN),
    example: { period: 4, values: [1, 2, 3, 4, 5, NaN, 7, 8, 9, NaN, 11, 12], next: [13, 14, 15, 16] },
  },
  {
    methods: ["mean", "drift"],
    properties: FILTERS,
    why: "an update takes new values into the mean and the slope, whose fitted values are those of one mean and one slope",
    example: LINE,
  },
  {
    methods: ["stlf", "best"],
    properties: FILTERS,
    why: "the seasonal effects of STL's fitted values are those of the whole series, as R's are",
    where: ({ period }) => period > 1,
    example: { period: 4, values: QUARTERS },
  },
  {
    methods: ["ets", "stlf"],
    properties: ["shifts with the series", "keeps to the sign of the series"],
    why: "errors in proportion to the level are of series that are positive",
    example: OUTLIER,
  },
  {
    methods: ["tbats", "bats"],
    properties: ["shifts with the series", "keeps to the sign of the series"],
    why: "powers are of series that are positive",
    example: LONGER_OUTLIER,
  },
  {
    methods: ["theta", "dynamic-theta"],
    properties: ["shifts with the series"],
    why: "seasonal indices are ratios where the series is positive",
    example: EVEN_QUARTERS,
  },
  {
    methods: ["ces"],
    properties: ["shifts with the series"],
    why: "its potential is a share of the level",
    example: LINE,
  },
  {
    methods: ["auto-arima"],
    properties: ["shifts with the series"],
    why: "models without a mean are among those it chooses from",
    example: { period: 1, values: [0, 0, 0, 1, 2] },
  },
  {
    methods: ["auto-arima"],
    properties: ["has intervals that widen with the horizon"],
    why: "knows phases of the season better than others before its filter has settled",
    where: ({ period }) => period > 1,
    example: { period: 4, values: [94.8, 114.4, 128.1, NaN, 96, NaN, 128.9, 114.4, 95.5, NaN, NaN, 114.4, 95.2] },
  },
  {
    methods: ["best"],
    properties: ["shifts with the series", "keeps to the sign of the series"],
    why: "ets among its members has no such property, nor is its choice of them the same for demand",
    example: { period: 1, values: [0, 1] },
  },
  {
    methods: ["sba"],
    properties: ["stays plausible"],
    why: "takes off half of alpha, which a constant demand does not need",
    where: isNearConstant,
    example: { period: 1, values: [7, 7, 7] },
  },
  {
    methods: ["linear"],
    properties: ["has intervals that widen with the horizon"],
    why: "knows phases of the season better than others that it saw less often",
    example: { period: 4, values: [20, 19, 21, NaN, 19, 20] },
  },
  {
    methods: ["dynamic-theta"],
    properties: ["has intervals that widen with the horizon"],
    why: "intervals in proportion to the phase of the season",
    example: EVEN_QUARTERS,
  },
  {
    methods: ["ets", "stlf", "best"],
    properties: ["has intervals that widen with the horizon"],
    why: "intervals in proportion to the forecast shrink with it",
    example: SEASONS,
  },
  {
    methods: ["tbats", "bats"],
    properties: ["has intervals that widen with the horizon"],
    why: "the inverse of a power narrows intervals as forecasts fall",
    example: { period: 1, values: [52, 48, 46, 45, 44, 43, 42, 38, 37, 38, 37, 34, 34, 33, 31, 31] },
  },
];
