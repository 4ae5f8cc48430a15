import { formatNumber } from "../text/number.ts";
import { HEADING, heading } from "./heading.ts";
import { axes, line, type PlotArea, withRoom } from "./plot-area.ts";
import { linearScale, rangeOf, type Scale } from "./scale.ts";
import { element, label, picture } from "./svg.ts";
import { fit, textWidth } from "./text-width.ts";

const WIDTH = 860;
const HEIGHT = 400;
const TOP = HEADING + 32;
const MARGIN = 64;

/** Errors above this share of the seasonal naive method's are named, not drawn: they would squeeze the others. */
const MOST = 1.4;

/** A method's dot: its place and its name. */
interface Dot {
  readonly x: number;
  readonly y: number;
  readonly name: string;
}

/** Methods that were tried on the same held-out steps. */
export interface ShownMethods {
  readonly trials: readonly {
    readonly method: string;
    /** The ratio of its error to that of the seasonal naive method. */
    readonly toNaive: { readonly ratio: number };
    readonly fitMs: number;
  }[];
  readonly series: number;
  readonly partitions: number;
  readonly horizon: number;
  readonly proposal: string | undefined;
}

/** Draws methods by the time of a fit (on a logarithmic axis) and their error as a share of the seasonal naive method's, as an SVG. */
export function methodsPicture(methods: ShownMethods): string {
  const { proposal, series, partitions, horizon } = methods;
  const trials = methods.trials.filter(({ toNaive, fitMs }) => Number.isFinite(toNaive.ratio) && fitMs > 0);
  const visible = trials.filter(({ toNaive }) => toNaive.ratio <= MOST);
  const beyond = trials.filter((trial) => !visible.includes(trial)).map(({ method }) => method);
  const title = "Accuracy and time of the built-in methods";
  const choice = proposal === undefined ? "too few series for a proposal" : `proposed: ${proposal}`;
  const about = `the last ${horizon} steps of ${series} of ${partitions} series; ${choice}`;
  const outer = { left: MARGIN, top: TOP, width: WIDTH - MARGIN - 24, height: HEIGHT };
  const range = rangeOf([[1, ...visible.map(({ toNaive }) => toNaive.ratio)]], 0.08);
  const y = linearScale(range, [outer.top + outer.height, outer.top], 6);
  const area = withRoom(outer, y, MARGIN);
  const x = timeScale(
    visible.map(({ fitMs }) => fitMs),
    area,
  );
  const dots = visible.map(({ method, fitMs, toNaive }) => ({
    x: x(fitMs),
    y: y(toNaive.ratio),
    name: method,
  }));
  const naive = line("soft", [area.left, area.left + area.width], [y(1), y(1)], { width: 1, dash: "4 4" });
  const names = {
    x: "milliseconds of one fit and forecast",
    y: "error, as a ratio to that of snaive (lower is better)",
  };
  return picture(
    {
      title,
      description: `${title}: ${about}. ${trials.map(({ method, toNaive, fitMs }) => `${method} ${formatNumber(toNaive.ratio, 3)} in ${formatNumber(fitMs, 2)} ms`).join(", ")}.`,
      width: WIDTH,
      height: TOP + HEIGHT + 52,
    },
    heading(title, about, WIDTH),
    axes(area, x, y, names),
    naive,
    ...dots.map((dot) => drawDot(dot, dot.name === proposal)),
    ...placeNames(dots, area).map(({ x, y, name }) =>
      label(name, { class: name === proposal ? "ink over" : "soft over", x, y, "font-size": NAME }),
    ),
    ...(beyond.length === 0
      ? []
      : [
          label(fit(`above ${MOST}: ${beyond.join(", ")}`, area.width - 16, NAME), {
            class: "soft over",
            x: area.left + 8,
            y: area.top + 14,
            "font-size": NAME,
          }),
        ]),
  );
}

function drawDot({ x, y }: Dot, isProposed: boolean): string {
  return element("circle", { class: isProposed ? "better" : "forecast", cx: x, cy: y, r: isProposed ? 6 : 4 });
}

/** Returns a logarithmic scale of times with a tick at every power of ten. */
function timeScale(times: readonly number[], { left, width }: PlotArea): Scale {
  const logs = times.map(Math.log10);
  const [from, to] = [Math.floor(Math.min(0, ...logs)), Math.ceil(Math.max(1, ...logs))];
  const linear = linearScale([from, to], [left, left + width], to - from);
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
  return Object.assign((value: number) => linear(Math.log10(value)), {
    ticks: ticks.map((value) => ({ value, text: value < 1 ? String(value) : value.toLocaleString("en") })),
  });
}

/** The size of a name, and the height of its line. */
const NAME = 11;
const LINE = 13;

/** Returns places of names: right of their dots, or left, above or below where another name or dot is in the way. */
function placeNames(dots: readonly Dot[], area: PlotArea): Dot[] {
  const names: (Dot & { readonly width: number })[] = [];
  for (const { x, y, name } of dots) {
    const width = textWidth(name, NAME);
    const around = [
      [x + 8, y + 4],
      [x - 8 - width, y + 4],
      [x - width / 2, y - 9],
      [x - width / 2, y + 17],
    ] as const;
    const isFree = ([left, base]: readonly [number, number]) =>
      left >= area.left &&
      left + width <= area.left + area.width &&
      names.every((o) => Math.abs(o.y - base) >= LINE || left + width < o.x || o.x + o.width < left) &&
      dots.every((o) => Math.abs(o.y - (base - 4)) >= LINE / 2 || o.x + 4 < left || left + width < o.x - 4);
    const [left, base] = around.find(isFree) ?? around[0];
    names.push({ x: left, y: base, name, width });
  }
  return names;
}
