const whole = new Intl.NumberFormat("en-GB");

/** A count, in groups of three digits. */
export const count = (n: number): string => whole.format(n);

/** A measure, to four significant digits; a dash where there is none. */
export function measure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-4)) return value.toExponential(2).replaceAll("-", "−");
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return value
    .toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .replace("-", "−");
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
