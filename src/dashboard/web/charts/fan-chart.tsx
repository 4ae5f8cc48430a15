import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { axisFormat, measure, signed } from "../../../text/number.ts";
import { stepTime } from "../../../text/time.ts";
import type { HoldoutForecast, SeriesPicture } from "../../wire.ts";
import { ChartFiles } from "../chart-files.tsx";
import { setQuery } from "../route.ts";
import { colour, useTheme } from "../theme.ts";
import { fanDocument } from "./fan-document.ts";
import { type FanLines, fanLines, forecastStart, HOLDOUT_TONES, yearSteps } from "./fan-lines.ts";

const HEIGHT = 320;

/** A stretch of the series to look at: its last so many steps before the forecast; 0 for all. */
const SPANS = [90, 365, 0] as const;

/** Shows a series: its past, what its model said of it, and its forecast as a fan. */
export function FanChart({
  picture,
  holdouts,
  name,
}: {
  picture: SeriesPicture;
  /** Forecasts of the holdout, one a method. */
  holdouts: readonly HoldoutForecast[];
  name: string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const { version } = useTheme();
  const [withFitted, setFitted] = useState(false);
  const [at, setAt] = useState<number | null>(null);
  const n = picture.y.length;
  const h = picture.forecast?.mean.length ?? 0;
  const stored = Number(new URLSearchParams(location.search).get("span") ?? Number.NaN);
  const [span, setSpan] = useState<number>(SPANS.find((one) => one === stored) ?? (n > 365 ? 90 : 0));
  const [zoom, setZoom] = useState<Zoom | null>(zoomOf);
  const [lastYear, setLastYear] = useState(false);
  const isCalendar = picture.times !== null && picture.timeType !== "number";
  const fan = useMemo(
    () => fanLines(picture, holdouts, { withFitted, lastYear }),
    [picture, holdouts, withFitted, lastYear],
  );

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const { data, series, bands } = plotted(fan, isCalendar);
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        series,
        bands,
        legend: { show: false },
        cursor: { points: { size: 6 }, y: false, drag: { x: true, y: false, setScale: false } },
        // The data's own dates, not those of the time zone of whoever looks.
        tzDate: (seconds) => uPlot.tzDate(new Date(1000 * seconds), "UTC"),
        scales: { x: { time: isCalendar } },
        axes: [
          { ...axis(), ...(picture.timeType === "number" ? {} : { values: dates }) },
          {
            ...axis(),
            size: 64,
            values: (_u, splits, _axis, _space, step) =>
              splits.map(axisFormat(splits[0] ?? 0, splits.at(-1) ?? 0, step)),
          },
        ],
        hooks: {
          setCursor: [(u) => setAt(u.cursor.idx ?? null)],
          setSelect: [
            (u) => {
              const { left, width } = u.select;
              if (width < LEAST_DRAG) return;
              const [from, to] = [u.posToVal(left, "x"), u.posToVal(left + width, "x")];
              setZoom({ from, to });
              setQuery({ from: String(from), to: String(to) });
            },
          ],
          drawClear: [(u) => shadeHoldout(u, picture)],
          draw: [(u) => markTimes(u, picture)],
        },
      },
      data,
      element,
    );
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [fan, version]);

  useEffect(() => {
    const x = chart.current?.data[0] ?? [];
    const [min, max] = zoom === null ? [x[span === 0 ? 0 : Math.max(0, n - span)], x.at(-1)] : [zoom.from, zoom.to];
    chart.current?.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (min !== undefined && max !== undefined) chart.current?.setScale("x", { min, max });
  }, [span, zoom, fan, version]);

  const choose = (one: number) => {
    setSpan(one);
    setZoom(null);
    setQuery({ span: String(one), from: null, to: null });
  };
  const levels = picture.forecast?.levels ?? [];
  const newer = isNewer(picture) ? `, ${n - picture.trained} of them newer than the model` : "";
  const description = `${picture.target} of ${name}: ${n} steps${newer}${h > 0 ? `, then a forecast of ${h} steps${levels.length > 0 ? ` with ${levels.join(" % and ")} % intervals` : ""}` : ""}`;
  const draw = () => {
    const unit = isCalendar ? 1000 : 1;
    const { x, y } = chart.current?.scales ?? {};
    const across = [unit * (x?.min ?? 0), unit * (x?.max ?? 1)] as const;
    const part = { title: name, description, target: picture.target, isCalendar, across };
    return fanDocument(fan, { ...part, up: [y?.min ?? 0, y?.max ?? 1] });
  };
  return (
    <>
      <div class="chart-bar">
        <ul class="legend">
          <li>
            <span class="key-line key-actual" aria-hidden="true" /> {picture.target}
          </li>
          {h > 0 && (
            <li>
              <span class="key-line key-forecast" aria-hidden="true" /> forecast
            </li>
          )}
          {levels.map((level) => (
            <li key={level}>
              <span class={`key-area key-${level}`} aria-hidden="true" /> {level} %
            </li>
          ))}
          {picture.earlier !== null && (
            <li>
              <span class="key-line key-earlier" aria-hidden="true" /> forecast when it was trained
            </li>
          )}
          {isNewer(picture) && (
            <li>
              <span class="key-line key-trained" aria-hidden="true" /> trained up to here
            </li>
          )}
          {picture.since !== null && (
            <li>
              <span class="key-line key-since" aria-hidden="true" /> worse since
            </li>
          )}
          {holdouts.map(({ method }, i) => (
            <li key={method}>
              <span class={`key-line key-held key-held-${i % HOLDOUT_TONES.length}`} aria-hidden="true" /> {method} on
              the holdout
            </li>
          ))}
          {picture.marks.some(({ isHoliday }) => isHoliday) && (
            <li>
              <span class="key-line key-mark" aria-hidden="true" /> holidays
            </li>
          )}
          {picture.marks.some(({ isHoliday }) => !isHoliday) && (
            <li>
              <span class="key-line key-tick" aria-hidden="true" /> {driverNames(picture)}
            </li>
          )}
        </ul>
        <span class="readout" aria-hidden="true">
          {at === null ? "Drag over the chart to zoom." : readout(picture, holdouts, at)}
        </span>
        {yearSteps(picture) !== null && (
          <label class="check">
            <input type="checkbox" checked={lastYear} onChange={(event) => setLastYear(event.currentTarget.checked)} />{" "}
            <span class="key-line key-year" aria-hidden="true" /> a year before
          </label>
        )}
        {picture.fitted !== null && (
          <label class="check">
            <input type="checkbox" checked={withFitted} onChange={(event) => setFitted(event.currentTarget.checked)} />{" "}
            <span class="key-line key-fitted" aria-hidden="true" /> fitted
          </label>
        )}
        <span class="segmented">
          {SPANS.filter((one) => one === 0 || one < n).map((one) => (
            <button key={one} type="button" aria-pressed={zoom === null && span === one} onClick={() => choose(one)}>
              {one === 0 ? "all" : `last ${one}`}
            </button>
          ))}
          {zoom !== null && (
            <button type="button" onClick={() => choose(span)}>
              reset zoom
            </button>
          )}
        </span>
        <ChartFiles name={name} draw={draw} />
      </div>
      <div
        ref={box}
        class="chart"
        role="img"
        aria-label={description}
        data-forecast={h}
        data-levels={levels.join(",")}
      />
    </>
  );
}

/** Tells whether there are rows that are newer than the model. */
const isNewer = ({ y, trained }: SeriesPicture) => trained > 0 && trained < y.length;

/** A stretch of the axis, in its units. */
interface Zoom {
  readonly from: number;
  readonly to: number;
}

/** A shorter drag is a click. */
const LEAST_DRAG = 4;
/** Reads the zoom from the page's address. */
function zoomOf(): Zoom | null {
  const query = new URLSearchParams(location.search);
  const [from, to] = [Number(query.get("from") ?? Number.NaN), Number(query.get("to") ?? Number.NaN)];
  return from < to ? { from, to } : null;
}

function readout(picture: SeriesPicture, holdouts: readonly HoldoutForecast[], at: number | null): string {
  if (at === null) return "";
  const { y, trained, times, timeType, fitted, forecast, earlier } = picture;
  const parts = [times === null ? `step ${at + 1}` : stepTime(times[at], timeType)];
  if (at < y.length) parts.push(measure(y[at]));
  if (at < trained && fitted !== null) parts.push(`fitted ${measure(fitted[at])}`);
  for (const { method, forecast: one } of holdouts) {
    const step = at - (trained - one.mean.length);
    if (step >= 0 && at < trained)
      parts.push(`${holdouts.length > 1 ? method : "forecast"} ${measure(one.mean[step])}`);
  }
  for (const { name, effect, steps } of picture.marks)
    if (steps.includes(at)) parts.push(effect === null ? name : `${name} ${signed(effect)}`);
  const step = at - forecastStart(picture);
  if (step < 0 && at >= trained && earlier !== null) parts.push(`forecast ${measure(earlier[at - trained])}`);
  if (step >= 0 && forecast !== null) {
    const range = `${measure(forecast.lower.at(-1)?.[step])} to ${measure(forecast.upper.at(-1)?.[step])}`;
    parts.push(`${at < y.length ? "forecast " : ""}${measure(forecast.mean[step])}`, `(${range})`);
  }
  return parts.join("  ");
}

/** Returns lines and bands as uPlot takes them: each band is between two lines of no width. */
function plotted(
  { x, bands, lines }: FanLines,
  isCalendar: boolean,
): Pick<uPlot.Options, "series" | "bands"> & {
  readonly data: uPlot.AlignedData;
  readonly series: uPlot.Series[];
  readonly bands: uPlot.Band[];
} {
  const edges = bands.flatMap(({ upper, lower }) => [upper, lower]);
  const data = [...edges, ...lines.map(({ values }) => values)];
  return {
    data: [isCalendar ? x.map((time) => time / 1000) : x, ...data] as uPlot.AlignedData,
    bands: bands.map(({ tone, alpha }, i) => ({ series: [1 + 2 * i, 2 + 2 * i], fill: colour(tone, alpha) })),
    series: [
      {},
      ...edges.map((): uPlot.Series => ({ width: 0, points: { show: false } })),
      ...lines.map(
        ({ tone, width, dash, hasPoints }): uPlot.Series => ({
          stroke: colour(tone),
          width,
          ...(dash !== undefined && { dash: [...dash] }),
          points: hasPoints ? { show: true, size: 4 } : { show: false },
        }),
      ),
    ],
  };
}

/** Returns the steps that were held out when the errors were measured, as a shade behind the lines. */
function shadeHoldout(u: uPlot, { trained, holdout }: SeriesPicture): void {
  const [first, last] = [u.data[0][Math.max(0, trained - holdout)], u.data[0][trained - 1]];
  if (holdout === 0 || first === undefined || last === undefined) return;
  const clamp = (value: number) => Math.min(u.bbox.left + u.bbox.width, Math.max(u.bbox.left, value));
  const from = clamp(u.valToPos(first, "x", true));
  const to = clamp(u.valToPos(last, "x", true));
  u.ctx.save();
  u.ctx.fillStyle = colour("ink", 0.045);
  u.ctx.fillRect(from, u.bbox.top, to - from, u.bbox.height);
  u.ctx.restore();
}

/** Returns the drivers that have ticks, as the legend has them. */
function driverNames({ marks }: SeriesPicture): string {
  const [first, second, ...others] = marks.filter(({ isHoliday }) => !isHoliday).map(({ name }) => name);
  if (second === undefined) return first ?? "";
  return others.length === 0 ? `${first}, ${second}` : `${first} and ${others.length + 1} more`;
}

/** The height of a driver's tick above the axis, in pixels of the page. */
const TICK = 8;

/** Draws a line at holidays, where the model's data end, and where forecasts become worse, and ticks where drivers are on. */
function markTimes(u: uPlot, picture: SeriesPicture): void {
  const { trained, since, timeType } = picture;
  const mark = (at: number, name: string, dash: number[], height = u.bbox.height) => {
    const x = Math.round(u.valToPos(at, "x", true));
    if (x < u.bbox.left || x > u.bbox.left + u.bbox.width) return;
    u.ctx.save();
    u.ctx.strokeStyle = colour(name);
    u.ctx.lineWidth = devicePixelRatio;
    u.ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
    u.ctx.beginPath();
    u.ctx.moveTo(x, u.bbox.top + u.bbox.height - height);
    u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
    u.ctx.stroke();
    u.ctx.restore();
  };
  for (const { isHoliday, steps } of picture.marks)
    for (const step of steps) {
      const place = u.data[0][step];
      if (place === undefined) continue;
      if (isHoliday) mark(place, "good", [1, 4]);
      else mark(place, "good", [], TICK * devicePixelRatio);
    }
  const end = u.data[0][trained - 1];
  if (isNewer(picture) && end !== undefined) mark(end, "muted", [2, 3]);
  if (since !== null) mark(timeType === "number" ? since : since / 1000, "bad", []);
}

/** Returns dates as `3 Oct`, with the year at the first and where it changes; the time of day where they are closer than a day. */
function dates(_: uPlot, splits: number[]): string[] {
  const [first, second] = splits;
  const close = first !== undefined && second !== undefined && second - first < 86_400;
  return splits.map((seconds, i) => {
    const iso = new Date(1000 * seconds).toISOString();
    const day = new Date(1000 * seconds).toLocaleDateString("en-GB", {
      day: "numeric",
      month: "short",
      timeZone: "UTC",
    });
    const previous = splits[i - 1];
    const before = previous === undefined ? "" : new Date(1000 * previous).toISOString();
    const year = before.slice(0, 4) === iso.slice(0, 4) ? "" : `\n${iso.slice(0, 4)}`;
    return close ? `${iso.slice(11, 16)}${before.slice(0, 10) === iso.slice(0, 10) ? "" : `\n${day}`}` : day + year;
  });
}

function axis(): uPlot.Axis {
  return {
    stroke: colour("muted"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: colour("line"), width: 1 },
    ticks: { show: false },
  };
}
