const whole = new Intl.NumberFormat("en-GB");

/** A count, in groups of three digits. */
export const count = (n: number): string => whole.format(n);

/** From here on, and below the least, numbers have a power of ten. */
const [MOST, LEAST] = [1e15, 1e-4];

/** A measure, to four significant digits, or all those before the point; a dash where there is none. */
export function measure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= MOST || size < LEAST)) return value.toExponential(2).replaceAll("-", "−");
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return value
    .toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .replace("-", "−");
}

const UNITS = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
] as const;

/** The numbers of an axis, all in one unit, with the digits that tell them apart: `34.5 M`. */
export function axisLabels(values: readonly number[]): string[] {
  const size = Math.max(...values.map(Math.abs));
  const step = Math.min(...values.slice(1).map((value, i) => Math.abs(value - values[i]!)));
  const extreme = size > 0 && (size >= MOST || size < 10 * LEAST);
  const [unit, name] = (extreme
    ? undefined
    : UNITS.find(([one]) => size >= 10 * one || (one === 1e6 && size >= one))) ?? [1, ""];
  const digits = Number.isFinite(step) && step > 0 ? Math.ceil(-Math.log10(step / unit) - 1e-9) : 2;
  return values.map((value) => {
    if (Math.abs(value) < step * 1e-6) return "0";
    const text = extreme
      ? String(Number(value.toPrecision(4)).toExponential())
      : (value / unit).toLocaleString("en-GB", { maximumFractionDigits: Math.min(12, Math.max(0, digits)) });
    return `${text.replaceAll("-", "−")}${name === "" ? "" : ` ${name}`}`;
  });
}

/** A difference, with its sign. */
export const signed = (value: number | null): string =>
  value === null ? "–" : `${value > 0 ? "+" : value < 0 ? "−" : ""}${measure(Math.abs(value))}`;

export const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

/** A duration as people say it. */
export function duration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return "–";
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 90) return `${s < 10 ? s.toFixed(1) : Math.round(s)} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}

export function bytes(n: number | null): string {
  if (n === null) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [value, unit] = [n, 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** A moment, to the minute, in UTC as the command line has it. */
export const moment = (iso: string): string => `${new Date(iso).toISOString().slice(0, 16).replace("T", " ")}Z`;

/** The time of a step: dates without the time of day; in UTC, as the data have them. */
export function stepTime(value: number | undefined, type: "date" | "timestamp" | "number"): string {
  if (value === undefined) return "";
  if (type === "number") return String(value);
  const text = new Date(value).toISOString();
  return type === "date" || text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.slice(0, 16).replace("T", " ");
}
