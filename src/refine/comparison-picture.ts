import type { Comparison } from "./compare.ts";

const SIZE = 320;
const MARGIN = 48;
const BINS = 40;
const MOST_DOTS = 5000;

/** A comparison as an SVG: the distribution of changes, and B against A with the line where they are equal. */
export function comparisonPicture(comparison: Comparison): string {
  const width = 2 * SIZE + 3 * MARGIN;
  const height = SIZE + 2 * MARGIN;
  const [a, b] = comparison.runs;
  const title = `${b} against ${a}: better on ${comparison.wins}, worse on ${comparison.losses}, the same on ${comparison.ties}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="12">
<title>${escapeXml(title)}</title>
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="${MARGIN}" y="24" font-size="14">${escapeXml(title)}</text>
<g transform="translate(${MARGIN} ${MARGIN})">${histogram(comparison)}</g>
<g transform="translate(${SIZE + 2 * MARGIN} ${MARGIN})">${scatter(comparison)}</g>
</svg>
`;
}

/** How many partitions changed by how much; improvements to the left of zero. */
function histogram({ pairs, metric, matched }: Comparison): string {
  const changes = pairs.map((pair) => pair.b - pair.a).sort((x, y) => x - y);
  const at = (p: number) => changes[Math.round(p * (changes.length - 1))]!;
  const reach = Math.max(Math.abs(at(0.01)), Math.abs(at(0.99))) || 1;
  const counts = new Array<number>(BINS).fill(0);
  for (const change of changes) {
    const bin = Math.floor(((change + reach) / (2 * reach)) * BINS);
    counts[Math.min(BINS - 1, Math.max(0, bin))]! += 1;
  }
  const most = Math.max(...counts);
  const bars = counts.map((count, i) => {
    const tall = (SIZE * count) / most;
    const colour = i < BINS / 2 ? "#1a7f5a" : "#b3541e";
    return `<rect x="${((i * SIZE) / BINS).toFixed(1)}" y="${(SIZE - tall).toFixed(1)}" width="${(SIZE / BINS - 1).toFixed(1)}" height="${tall.toFixed(1)}" fill="${colour}"/>`;
  });
  const label = `change of ${metric}; mean ${matched.change.mean.toPrecision(3)}, median ${matched.change.median.toPrecision(3)}`;
  return `${bars.join("")}${axis(label)}${tick(0, `${(-reach).toPrecision(2)}`)}${tick(SIZE / 2, "0")}${tick(SIZE, reach.toPrecision(2))}`;
}

/** Every partition (at most 5,000, evenly spread) as a dot. */
function scatter({ pairs, runs: [a, b] }: Comparison): string {
  const sorted = pairs.flatMap((pair) => [pair.a, pair.b]).sort((x, y) => x - y);
  const top = sorted[Math.floor(0.99 * (sorted.length - 1))]! || 1;
  const every = Math.ceil(pairs.length / MOST_DOTS);
  const place = (value: number) => Math.min(SIZE, Math.max(0, (SIZE * value) / top));
  const dots = pairs
    .filter((_, i) => i % every === 0)
    .map((pair) => {
      const colour = pair.b < pair.a ? "#1a7f5a" : pair.b > pair.a ? "#b3541e" : "#777";
      return `<circle cx="${place(pair.a).toFixed(1)}" cy="${(SIZE - place(pair.b)).toFixed(1)}" r="2" fill="${colour}" fill-opacity="0.6"/>`;
    });
  const equal = `<line x1="0" y1="${SIZE}" x2="${SIZE}" y2="0" stroke="#777" stroke-dasharray="4 4"/>`;
  const vertical = `<text transform="translate(-28 ${SIZE / 2}) rotate(-90)" text-anchor="middle">${escapeXml(b)}</text>`;
  return `${equal}${dots.join("")}${axis(a)}${vertical}${tick(0, "0")}${tick(SIZE, top.toPrecision(2))}`;
}

function axis(label: string): string {
  return `<line x1="0" y1="${SIZE}" x2="${SIZE}" y2="${SIZE}" stroke="#333"/><text x="${SIZE / 2}" y="${SIZE + 36}" text-anchor="middle">${escapeXml(label)}</text>`;
}

function tick(x: number, text: string): string {
  return `<text x="${x}" y="${SIZE + 16}" text-anchor="middle" fill="#555">${text}</text>`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
