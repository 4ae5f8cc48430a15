/**
 * The form in which a series goes over the wire: what follows from other lines is left out, and the page adds it up again. The
 * server packs, the page unpacks.
 */
import type { Line, SeriesPicture } from "./wire.ts";

/** The digits of derived lines, so that a difference of two keeps those that a reader sees. */
const DIGITS = 8;

/** Packs a picture: times become differences, lines have 8 digits, and lines that are differences of others are left out. */
export function packPicture(picture: SeriesPicture): SeriesPicture {
  const { times, y, fitted, diagnostics, components } = picture;
  const parts = components?.parts.map(({ name, values }) => ({ name, values: values.map(rounded) })) ?? [];
  const remainder = components?.parts.at(-1)?.values ?? [];
  const isDifference = sameLine(
    remainder,
    difference(
      y,
      (components?.parts ?? []).slice(0, -1).map(({ values }) => values),
    ),
  );
  const isError = fitted !== null && diagnostics !== null && sameLine(diagnostics.residuals, difference(y, [fitted]));
  return {
    ...picture,
    times: times?.map((time, i) => time - (times[i - 1] ?? 0)) ?? null,
    fitted: fitted?.map(rounded) ?? null,
    diagnostics: diagnostics && { ...diagnostics, residuals: isError ? [] : diagnostics.residuals.map(rounded) },
    components: components && {
      ...components,
      parts: parts.map((part, i) => (isDifference && i === parts.length - 1 ? { ...part, values: [] } : part)),
    },
  };
}

/** Unpacks a picture that `packPicture` packed. */
export function unpackPicture(picture: SeriesPicture): SeriesPicture {
  const { times, y, fitted, diagnostics, components } = picture;
  const parts = components?.parts ?? [];
  const others = parts.slice(0, -1).map(({ values }) => values);
  return {
    ...picture,
    times: times && sums(times),
    diagnostics:
      diagnostics && diagnostics.residuals.length === 0 && fitted !== null
        ? { ...diagnostics, residuals: difference(y, [fitted]) }
        : diagnostics,
    components: components && {
      ...components,
      parts: parts.map((part, i) =>
        i === parts.length - 1 && part.values.length === 0 ? { ...part, values: difference(y, others) } : part,
      ),
    },
  };
}

/** Returns the sum of the first steps, up to each one. */
function sums(steps: readonly number[]): number[] {
  let time = 0;
  return steps.map((step) => {
    time += step;
    return time;
  });
}

const rounded = (value: number | null) => (value === null ? null : Number(value.toPrecision(DIGITS)));

/** Returns the first line less the others, over its own steps; null where one of them has no value. */
function difference(line: Line, others: readonly Line[]): Line {
  return line.map((value, i) => {
    let left = value;
    for (const other of others) {
      const part = other[i];
      left = left === null || part === null || part === undefined ? null : left - part;
    }
    return left;
  });
}

/** Tells whether two lines have the same values, but for the rounding of sums. */
function sameLine(one: Line, other: Line): boolean {
  const scale = other.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
  return (
    one.length === other.length &&
    one.every((value, i) => {
      const beside = other[i];
      if (value === null || beside === null || beside === undefined) return value === null && beside === null;
      return Math.abs(value - beside) <= 1e-9 * scale;
    })
  );
}
