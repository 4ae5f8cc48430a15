import { normal, random } from "@manymodel/forecast";

/** A series of daily sales: a quantity, null where it is not known; undefined where the day has no row. */
type Demand = (day: number) => number | null | undefined;

interface Draw {
  readonly days: number;
  readonly uniform: () => number;
  readonly gauss: () => number;
}

const weekday = (day: number) => [0, 8, 14, 10, -4, -15, -13][day % 7] ?? 0;
const count = (value: number) => Math.max(0, Math.round(value));

/** The oddities of a planner's table. */
const KINDS = {
  plain:
    ({ gauss }) =>
    (day) =>
      count(100 + weekday(day) + 3 * gauss()),
  returns:
    ({ uniform, gauss }) =>
    (day) =>
      uniform() < 0.05 ? -count(3 * uniform()) : count(30 + weekday(day) / 2 + 2 * gauss()),
  "closed weekends":
    ({ gauss }) =>
    (day) =>
      day % 7 > 4 ? 0 : count(100 + 2 * weekday(day) + 5 * gauss()),
  "open on two days":
    ({ gauss }) =>
    (day) =>
      day % 7 < 5 ? 0 : count(60 + 4 * gauss()),
  launch:
    ({ days, gauss }) =>
    (day) =>
      day < days - 9 ? 0 : count(3 * (day - days + 10) + gauss()),
  "launch, not known before":
    ({ days, gauss }) =>
    (day) =>
      day < days / 2 ? null : count(40 + weekday(day) + 3 * gauss()),
  "planned rows":
    ({ days, gauss }) =>
    (day) =>
      day >= days - 10 ? null : count(80 + weekday(day) + 4 * gauss()),
  gaps:
    ({ uniform, gauss }) =>
    (day) =>
      uniform() < 0.2 ? undefined : uniform() < 0.1 ? null : count(60 + weekday(day) + 3 * gauss()),
  intermittent:
    ({ uniform }) =>
    () =>
      uniform() < 0.75 ? 0 : 1 + Math.floor(6 * uniform()),
  lumpy:
    ({ uniform }) =>
    () =>
      uniform() < 0.9 ? 0 : 1 + Math.floor(200 * uniform() ** 4),
  "never sold": () => () => 0,
  "sold once":
    ({ days }) =>
    (day) =>
      day === days - 20 ? 3 : 0,
  "one observation":
    ({ days, uniform }) =>
    (day) =>
      day === days - 1 ? count(10 + 10 * uniform()) : undefined,
  "two observations":
    ({ days, uniform }) =>
    (day) =>
      day >= days - 2 ? count(10 + 10 * uniform()) : undefined,
  "end of life":
    ({ days, gauss }) =>
    (day) =>
      count(50 * (1 - day / (0.8 * days)) + 2 * gauss()),
  "a jump at the end":
    ({ days, gauss }) =>
    (day) =>
      count((day < days - 2 ? 20 : 60) + weekday(day) / 5 + gauss()),
  "one outlier":
    ({ days, gauss }) =>
    (day) =>
      count(day === Math.floor(days / 3) ? 900 : 25 + weekday(day) / 5 + 2 * gauss()),
  "level shift":
    ({ days, gauss }) =>
    (day) =>
      count((day < days / 2 ? 20 : 80) + weekday(day) / 2 + 2 * gauss()),
  "net returns":
    ({ gauss }) =>
    (day) =>
      Math.round(-20 + weekday(day) / 4 + gauss()),
  constant: () => () => 12,
  "large and nearly constant":
    ({ gauss }) =>
    () =>
      1e7 + Math.round(3 * gauss()),
} satisfies Record<string, (draw: Draw) => Demand>;

/** A series by its SKU, with the rows that its table has of it. */
export interface Sku {
  readonly sku: string;
  readonly rows: readonly (readonly [day: number, quantity: number | null])[];
}

/** Returns the first `count` SKUs, of every kind in turn: up to `days` days, and `later` more on which they go on. */
export function awkwardSkus(count: number, days: number, later: number): Sku[] {
  const kinds = Object.entries(KINDS);
  return Array.from({ length: count }, (_, i) => {
    const [kind, make] = kinds[i % kinds.length] ?? ["plain", KINDS.plain];
    const uniform = random(i + 1);
    // Of different lengths: a series begins later the further down it stands.
    const first = (i * 7) % Math.floor(days / 2);
    const demand: Demand = make({ days: days - first, uniform, gauss: () => normal(uniform) });
    const all = Array.from({ length: days - first + later }, (_, day) => [first + day, demand(day)] as const);
    const rows = all.flatMap(([day, quantity]) => (quantity === undefined ? [] : [[day, quantity] as const]));
    return { sku: `${String(i).padStart(3, "0")} ${kind}`, rows };
  });
}

const START = Date.UTC(2025, 0, 6);
const dateOf = (day: number) => new Date(START + day * 86_400_000).toISOString().slice(0, 10);

/**
 * Returns the SKUs as a CSV file, up to a day.
 *
 * @param order - of the rows: by SKU and day, or in an order that is neither
 */
export function awkwardCsv(skus: readonly Sku[], until: number, order: "sorted" | "mixed" = "sorted"): string {
  const lines = skus.flatMap(({ sku, rows }) =>
    rows.flatMap(([day, quantity]) => (day < until ? [`"${sku}",${dateOf(day)},${quantity ?? ""}`] : [])),
  );
  if (order === "mixed") {
    const uniform = random(7);
    for (let i = lines.length - 1; i > 0; i--) {
      const j = Math.floor((i + 1) * uniform());
      [lines[i], lines[j]] = [lines[j] ?? "", lines[i] ?? ""];
    }
  }
  return `SKU,DAY,QTY\n${lines.join("\n")}\n`;
}

/** Returns the quantities of a SKU before a day, in the order of time, NaN where not known. */
export const quantities = ({ rows }: Sku, until: number) =>
  Float64Array.from(
    rows.filter(([day]) => day < until),
    ([, quantity]) => quantity ?? NaN,
  );
