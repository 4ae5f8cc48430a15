import type { Fan, HoldoutForecast, Line, SeriesPicture } from "../../wire.ts";

/** A colour of the page by its name in the style sheet. */
export type Tone = "ink" | "accent" | "good" | "warn" | "bad" | "muted";

/** A line of the chart of a series. */
export interface DrawnLine {
  readonly name: string;
  readonly tone: Tone;
  readonly width: number;
  readonly dash?: readonly number[];
  readonly values: Line;
  /** True for a line whose points are marked. */
  readonly hasPoints?: boolean;
}

/** The space between two lines. */
export interface DrawnBand {
  readonly tone: Tone;
  readonly alpha: number;
  readonly lower: Line;
  readonly upper: Line;
}

/** The lines and bands of the chart of a series, from the back to the front, each over all of its steps. */
export interface FanLines {
  /** Milliseconds since 1970, or plain numbers. */
  readonly x: readonly number[];
  readonly bands: readonly DrawnBand[];
  readonly lines: readonly DrawnLine[];
}

/** The colours of forecasts of the holdout, the first method's first. */
export const HOLDOUT_TONES = ["warn", "good", "bad", "muted"] as const;
/** Of the first and the second level, from the narrowest on. */
const ALPHAS = [0.28, 0.14];
const MOST_POINTS = 60;

/**
 * Returns the position where the forecast starts: after the newest row, or after the last one that the model was fitted
 * to.
 */
export const forecastStart = ({ y, trained, earlier }: SeriesPicture) => (earlier === null ? trained : y.length);

/** Returns the lines that show a series, its forecast, and how methods forecast its holdout. */
export function fanLines(
  picture: SeriesPicture,
  holdouts: readonly HoldoutForecast[],
  { withFitted, lastYear }: { withFitted: boolean; lastYear: boolean },
): FanLines {
  const { y, trained, times, fitted, forecast, earlier } = picture;
  const from = forecastStart(picture);
  const length = Math.max(y.length, from + (forecast?.mean.length ?? 0));
  const place = (line: Line, from: number): Line => {
    const values = new Array<number | null>(length).fill(null);
    line.forEach((value, i) => {
      if (from + i < length) values[from + i] = value;
    });
    return values;
  };
  const bandsOf = (fan: Fan, from: number, tone: Tone, alphas: readonly number[]) =>
    fan.levels
      .flatMap((_, l): DrawnBand[] => {
        const [upper, lower] = [fan.upper[l], fan.lower[l]];
        if (upper === undefined || lower === undefined) return [];
        return [{ tone, alpha: alphas[l] ?? 0.1, lower: place(lower, from), upper: place(upper, from) }];
      })
      .reverse();
  const joinedForecast = forecast === null ? null : joined(forecast, y[from - 1] ?? null);
  const [single] = holdouts;
  const year = lastYear ? yearSteps(picture) : null;
  return {
    x: times ?? Array.from({ length }, (_, i) => i + 1),
    bands: [
      ...(joinedForecast === null ? [] : bandsOf(joinedForecast, from - 1, "accent", ALPHAS)),
      ...(single === undefined || holdouts.length > 1
        ? []
        : bandsOf(
            { ...single.forecast, levels: single.forecast.levels.slice(0, 1) },
            trained - single.forecast.mean.length,
            "warn",
            [0.16],
          )),
    ],
    lines: [
      ...(year === null
        ? []
        : [{ name: "a year before", tone: "muted", width: 1, dash: [2, 2], values: place(y, year) } as const]),
      ...(withFitted && fitted !== null
        ? [{ name: "fitted", tone: "good", width: 1, values: place(fitted, 0) } as const]
        : []),
      { name: picture.target, tone: "ink", width: 1.25, values: place(y, 0), hasPoints: y.length < MOST_POINTS },
      ...holdouts.map(
        ({ method, forecast: one }, i): DrawnLine => ({
          name: `${method} on the holdout`,
          tone: HOLDOUT_TONES[i % HOLDOUT_TONES.length] ?? "warn",
          width: 2,
          dash: [6, 3],
          values: place(one.mean, trained - one.mean.length),
        }),
      ),
      ...(earlier === null
        ? []
        : [
            {
              name: "forecast when it was trained",
              tone: "accent",
              width: 1,
              dash: [4, 3],
              values: place(earlier.slice(0, length - trained), trained),
            } as const,
          ]),
      ...(joinedForecast === null
        ? []
        : [{ name: "forecast", tone: "accent", width: 2, values: place(joinedForecast.mean, from - 1) } as const]),
    ],
  };
}

/** Returns the steps of a year, of 52 weeks where steps are days; null for a series of less than a year, or other steps. */
export function yearSteps({ times, timeType, y }: SeriesPicture): number | null {
  const [first, second] = times ?? [];
  if (first === undefined || second === undefined || timeType === "number") return null;
  const days = (second - first) / 86_400_000;
  const steps = days === 1 ? 364 : days === 7 ? 52 : days >= 28 && days <= 31 ? 12 : days > 85 && days < 93 ? 4 : null;
  return steps !== null && steps < y.length ? steps : null;
}

/** Returns a forecast that begins at the last observation, so that the eye follows it. */
function joined({ mean, levels, lower, upper }: Fan, last: number | null): Fan {
  const from = (line: Line): Line => [last, ...line];
  return { mean: from(mean), levels, lower: lower.map(from), upper: upper.map(from) };
}
