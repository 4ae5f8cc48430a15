/**
 * Tables of small series for comparing versions of manymodel: as CSV, the same on every machine. Nothing here calls a function
 * of `Math` whose last bit may differ between versions of Node.
 */

/** Returns uniform numbers in [0, 1): a linear congruential generator. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Numbers of mean 0 and variance 1, almost normal: sums of 12 uniform ones. */
function noise(seed: number): () => number {
  const next = uniform(seed);
  return () => Array.from({ length: 12 }, next).reduce((sum, value) => sum + value, -6);
}

const WEEK = [0, 8, 14, 10, -4, -15, -13];
const START = Date.UTC(2025, 0, 6);
const dayOf = (t: number) => new Date(START + t * 86_400_000).toISOString().slice(0, 10);
const hourOf = (t: number) => new Date(START + t * 3_600_000).toISOString().slice(0, 19).replace("T", " ");

/** A series as a function of the step: its value, or null where it is missing. Steps must be asked for in order. */
type Shape = (t: number) => number | null;

/** Kinds of series, each made from a seed. */
const SHAPES = {
  season: (seed) => uniformValue(noise(seed), (t, e) => 100 + WEEK[t % 7]! + 3 * e),
  trend: (seed) => uniformValue(noise(seed), (t, e) => 20 + 0.8 * t + 2 * e),
  growth: (seed) => uniformValue(noise(seed), (t, e) => (50 + t) * (1 + WEEK[t % 7]! / 30) * (1 + 0.04 * e)),
  gaps: (seed) => uniformValue(noise(seed), (t, e) => (t % 9 === 4 ? null : 60 + WEEK[t % 7]! + 4 * e)),
  sparse: (seed) => uniformValue(uniform(seed), (_, u) => (u < 0.7 ? 0 : 1 + Math.floor(20 * (u - 0.7)))),
  large: (seed) => uniformValue(noise(seed), (t, e) => 1e12 + 1e10 * WEEK[t % 7]! + 1e9 * e),
  tiny: (seed) => uniformValue(noise(seed), (t, e) => 1e-7 * (5 + WEEK[t % 7]! / 10 + 0.2 * e)),
  negative: (seed) => uniformValue(noise(seed), (t, e) => -25 + WEEK[t % 7]! / 4 + e),
  line: () => (t) => 3 + 2 * t,
  seven: () => () => 7,
  zero: () => () => 0,
  nothing: () => () => null,
} satisfies Record<string, (seed: number) => Shape>;
type ShapeName = keyof typeof SHAPES;

const uniformValue =
  (next: () => number, of: (t: number, random: number) => number | null): Shape =>
  (t) =>
    of(t, next());

/** Returns the first n values of a series, with 7 digits. */
const values = (name: ShapeName, seed: number, n: number) => {
  const shape = SHAPES[name](seed);
  return Array.from({ length: n }, (_, t) => rounded(shape(t)));
};
const rounded = (value: number | null) => (value === null ? null : Number(value.toPrecision(7)));

/** Series as vectors, missing values NaN: what methods are fitted to without a workspace. */
export function vectors(): Record<string, Float64Array> {
  const lengths: [string, ShapeName, number][] = [
    ["season", "season", 84],
    ["trend", "trend", 40],
    ["growth", "growth", 120],
    ["gaps", "gaps", 70],
    ["sparse", "sparse", 60],
    ["large", "large", 35],
    ["tiny", "tiny", 35],
    ["constant", "seven", 20],
    ["zeros", "zero", 20],
    ["nine", "season", 9],
    ["two", "line", 2],
    ["one", "line", 1],
    ["none", "nothing", 3],
  ];
  return Object.fromEntries(
    lengths.map(([name, shape, n], i) => [name, Float64Array.from(values(shape, i, n), (value) => value ?? NaN)]),
  );
}

const quoted = (text: string) => (/[",\n\r ]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const csv = (header: string, rows: readonly (readonly (string | number | boolean | null)[])[]) =>
  `${[header, ...rows.map((row) => row.map((cell) => (cell === null ? "" : quoted(String(cell)))).join(","))].join("\n")}\n`;

/** Keys of text that separators, quotes, patterns and paths could be taken for. */
const ODD_TEXTS = [
  ...["a,b", 'say "so"', "two\nlines", "é😀", "%_\\", " padded ", "007", "'; DROP TABLE SALES; --"],
  ...["\\N", "i:7", "../up", "null", "A", "a", null],
];

/** Number of days of `sales`, and of the days that come later. */
const DAYS = 56;
const LATER = 4;

/**
 * Returns daily sales by STORE (a whole number) and ITEM (text), with everything that a partition can be: seasonal,
 * short, constant, intermittent, with gaps, failing, of other intervals, and under odd keys.
 *
 * @param later - whether newer rows are there: of a new item too, and of one off its interval
 */
export function sales(later: boolean): string {
  const days = DAYS + (later ? LATER : 0);
  const rows: (string | number | null)[][] = [];
  const add = (store: number | null, item: string | null, times: readonly (string | null)[], name: ShapeName) => {
    const y = values(
      name,
      [...`${store} ${item}`].reduce((hash, c) => (31 * hash + c.codePointAt(0)!) % 65521, 7),
      times.length,
    );
    times.forEach((time, t) => rows.push([store, item, time, y[t]!]));
  };
  const daily = (from = 0, to = days) => Array.from({ length: to - from }, (_, i) => dayOf(from + i));
  const every = (n: number, count: number) => Array.from({ length: count }, (_, i) => dayOf(n * i));
  for (const name of ["season", "trend", "growth", "sparse", "large", "tiny", "gaps", "negative"] as const)
    add(1, name, daily(), name);
  add(1, "constant", daily(), "seven");
  add(1, "zeros", daily(), "zero");
  add(1, "one", daily(0, 1), "line");
  add(1, "two", daily(0, 2), "line");
  add(1, "nine", daily(0, 9), "season");
  add(1, "ended", daily(0, 21), "season");
  // Rows that are not there at all, beside values that are missing.
  add(
    1,
    "holes",
    daily().filter((_, t) => t % 11 !== 5 && t % 11 !== 6),
    "season",
  );
  add(1, "empty", daily(0, 10), "nothing");
  add(1, "twice", [...daily(0, 10), dayOf(3)], "trend");
  add(1, "timeless", [...daily(0, 10), null], "trend");
  if (later) add(1, "new", daily(28), "season");
  for (const text of ODD_TEXTS) add(2, text, daily(DAYS - 16), "season");
  add(null, "no store", daily(DAYS - 16), "season");
  add(3, "weekly", every(7, later ? 32 : 30), "trend");
  const monthEnd = (i: number) => new Date(Date.UTC(2023, i + 1, 0)).toISOString().slice(0, 10);
  add(
    3,
    "monthly",
    Array.from({ length: 27 }, (_, i) => monthEnd(i)),
    "trend",
  );
  add(
    3,
    "workdays",
    daily().filter((_, t) => t % 7 < 5),
    "season",
  );
  add(3, "off", [...every(7, 20), ...(later ? [dayOf(7 * 20 + 3)] : [])], "trend");
  return csv("STORE,ITEM,DAY,QTY", rows);
}

/** The items of `methods`: what each method is fitted to, and how many days of it. */
const ITEMS: readonly [item: string, shape: ShapeName, n: number][] = [
  ["season", "season", 42],
  ["sparse", "sparse", 40],
  ["short", "trend", 5],
];

/**
 * Returns daily series by METHOD and ITEM, all of which end on the same day.
 *
 * @param later - whether three newer days are there
 */
export function methods(names: readonly string[], later: boolean): string {
  const rows = ITEMS.flatMap(([item, shape, n], i) =>
    values(shape, 40 + i, n + (later ? 3 : 0)).map((value, t) => [item, dayOf(60 - n + t), value]),
  );
  return csv(
    "METHOD,ITEM,DAY,QTY",
    names.flatMap((method) => rows.map((row) => [method, ...row])),
  );
}

/** Returns sales with promotions by STORE, and the four planned days after them. */
export function promotions(): { past: string; plan: string } {
  const draw = uniform(11);
  const about = noise(12);
  const [past, plan]: (string | number | boolean | null)[][][] = [[], []];
  for (const store of ["N", "S", "no plan"])
    for (let t = 0; t < 74; t++) {
      const promo = draw() < 0.2;
      const price = promo ? 8 : 10;
      const qty = rounded(80 + WEEK[t % 7]! + (promo ? 30 : 0) + 3 * about());
      if (t < 70) past!.push([store, dayOf(t), t % 23 === 5 ? null : qty, promo, t % 31 === 7 ? null : price]);
      else if (store !== "no plan") plan!.push([store, dayOf(t), promo, price]);
    }
  return { past: csv("STORE,DAY,QTY,PROMO,PRICE", past!), plan: csv("STORE,DAY,PROMO,PRICE", plan!) };
}

/** Customers of segments: who left is known of the first 60 of each. One segment lost nobody. */
export function customers(): string {
  const draw = uniform(21);
  const rows: (string | number | boolean | null)[][] = [];
  for (const segment of ["home", "small", "loyal"])
    for (let i = 0; i < 70; i++) {
      const [tenure, tickets, paid] = [rounded(4 * draw()), Math.floor(4 * draw()), draw() < 0.5];
      const leaves = draw() < 0.15 + 0.15 * tickets - (paid ? 0.1 : 0);
      const churned = i >= 60 ? null : segment !== "loyal" && leaves ? 1 : 0;
      rows.push([segment, `${segment}-${100 + i}`, i % 13 === 0 ? null : tenure, tickets, paid, churned]);
    }
  return csv("SEGMENT,CUSTOMER,TENURE,TICKETS,AUTOPAY,CHURNED", rows);
}

/** Returns hourly readings of sensors with a daily cycle, and a few that are not like the others. */
export function readings(): string {
  const about = noise(31);
  const rows: (string | number | null)[][] = [];
  for (const sensor of [1, 2, 3])
    for (let t = 0; t < 24 * 6; t++) {
      const cycle = 4 * WEEK[Math.floor((t % 24) / 4) % 7]!;
      const jump = t % 61 === 7 * sensor ? 60 : 0;
      rows.push([sensor, hourOf(t), sensor === 3 && t % 10 === 0 ? null : rounded(200 + cycle + 2 * about() + jump)]);
    }
  return csv("SENSOR,AT,READING", rows);
}
