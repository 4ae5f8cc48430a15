/** From here on, and below the least, a number has a power of ten. */
const [MOST, LEAST] = [1e15, 1e-4];
/** Digits after the point at the most: a double has no more that count. */
const MOST_DIGITS = 12;

/** Units of large numbers, the largest first; thousands are written out. */
const UNITS = [
  { exponent: 12, name: "T" },
  { exponent: 9, name: "B" },
  { exponent: 6, name: "M" },
];

/** Writes a number with a true minus sign, and 0 without a sign. */
function write(value: number, options: Intl.NumberFormatOptions): string {
  return withMinus(new Intl.NumberFormat("en", { signDisplay: "negative", ...options }).format(value));
}

const withMinus = (text: string) => text.replaceAll("-", "−");
const exponentOf = (size: number) => Math.floor(Math.log10(size) + 1e-9);

/** Writes a number as `1.5e−7`, without zeros at the end. */
const withPower = (value: number, digits: number) =>
  withMinus(
    value
      .toExponential(digits)
      .replace(/(\.\d*?)0+e/, "$1e")
      .replace(".e", "e")
      .replace("e+", "e"),
  );

/**
 * Returns how the numbers of an axis from `low` to `high` are written: `20,000`, `34.5 M`, `5e−7`. All have one unit, and the
 * digits that tell two numbers a step apart.
 */
export function axisFormat(low: number, high: number, step: number): (value: number) => string {
  const size = Math.max(Math.abs(low), Math.abs(high));
  const last = exponentOf(step);
  // A part of a step that rounding left is 0.
  const isZero = (value: number) => Math.abs(value) < step * 1e-6;
  if (size >= MOST || (size > 0 && size < 10 * LEAST))
    return (value) =>
      isZero(value) ? "0" : withPower(value, Math.min(15, Math.max(0, exponentOf(Math.abs(value)) - last)));
  const unit = UNITS.find(({ exponent }) => size >= 10 ** exponent && exponent - last <= 3);
  const { exponent, name } = unit ?? { exponent: 0, name: undefined };
  const maximumFractionDigits = Math.min(MOST_DIGITS, Math.max(0, exponent - last));
  return (value) => {
    if (isZero(value)) return "0";
    const text = write(value / 10 ** exponent, { maximumFractionDigits });
    return name === undefined || text === "0" ? text : `${text} ${name}`;
  };
}

/** Writes a number by itself: `0.25`, `1,200`, `2.5 M`, `1.5e−7`; of a number below its last digit, two digits that count. */
export function formatNumber(value: number, digits = 2): string {
  const size = Math.abs(value);
  if (isExtreme(size)) return withPower(value, 2);
  const { exponent, name } = UNITS.find(({ exponent }) => size >= 10 ** exponent) ?? { exponent: 0, name: undefined };
  const text = write(
    value / 10 ** exponent,
    size < 10 ** (1 - digits)
      ? { maximumSignificantDigits: 2 }
      : { maximumFractionDigits: name === undefined ? Math.min(digits, MOST_DIGITS) : 2 },
  );
  return name === undefined ? text : `${text} ${name}`;
}

/** Writes a measure in a column of its kind: four significant digits, or all before the point; a dash for none. */
export function measure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (isExtreme(Math.abs(value))) return withMinus(value.toExponential(2));
  return writeTo(value, digitsOf(value));
}

/**
 * Writes the parts of a sum as `measure` writes the sum, so that the numbers shown add up to the sum shown: each is rounded down,
 * and those with the largest remainders up. Parts that do not all have a value are rounded each by itself.
 */
export function partsOfSum(parts: readonly (number | null)[]): string[] {
  const values = parts.filter((part) => part !== null);
  const sum = values.reduce((total, value) => total + value, 0);
  const digits = digitsOf(sum);
  const scaled = values.map((value) => value * 10 ** digits);
  if (values.length < parts.length || isExtreme(Math.abs(sum)) || scaled.some((value) => Math.abs(value) >= MOST))
    return parts.map(measure);
  const lower = scaled.map(Math.floor);
  const missing = Math.round(sum * 10 ** digits) - lower.reduce((total, value) => total + value, 0);
  const remainders = scaled.map((value, i) => [value - Math.floor(value), i] as const).sort(([a], [b]) => b - a);
  const up = new Set(remainders.slice(0, missing).map(([, i]) => i));
  return lower.map((value, i) => writeTo((value + (up.has(i) ? 1 : 0)) / 10 ** digits, digits));
}

/** Returns the digits after the point of a measure. */
function digitsOf(value: number): number {
  const size = Math.abs(value);
  return size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
}

const writeTo = (value: number, digits: number) =>
  write(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });

const isExtreme = (size: number) => size >= MOST || (size > 0 && size < LEAST);

/** Writes a difference, with its sign. */
export const signed = (value: number | null): string =>
  value === null ? "–" : `${value > 0 ? "+" : value < 0 ? "−" : ""}${measure(Math.abs(value))}`;

const whole = new Intl.NumberFormat("en");

/** Writes a count, in groups of three digits. */
export const count = (n: number): string => whole.format(n);

/** Writes a share of 1 in percent. */
export const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

/** Writes a size in bytes, in units of 1000. */
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
