import type { GraphNode, ModelDetail } from "../../wire.ts";
import { ChartFiles } from "../chart-files.tsx";
import { href } from "../route.ts";

const COLUMNS: readonly GraphNode["kind"][] = ["source", "run", "version", "alias"];
const HEADS = { source: "Sources", run: "Runs", version: "Versions", alias: "Aliases" };
const [COLUMN, ROW, BOX, TALL, TOP] = [264, 54, 208, 40, 28];

/** Draws sources, runs, versions and aliases from left to right, each joined to its origin. */
export function LineageGraph({ graph, model }: { graph: ModelDetail["graph"]; model: string }) {
  const places = new Map<string, { x: number; y: number }>();
  for (const [c, kind] of COLUMNS.entries())
    for (const [r, node] of graph.nodes.filter((one) => one.kind === kind).entries())
      places.set(node.id, { x: c * COLUMN, y: TOP + r * ROW });
  const height = Math.max(...[...places.values()].map(({ y }) => y)) + ROW;
  const width = COLUMN * (COLUMNS.length - 1) + BOX;
  const curve = (from: string, to: string) => {
    const [a, b] = [places.get(from), places.get(to)];
    if (a === undefined || b === undefined) return undefined;
    const [y1, y2] = [a.y + TALL / 2, b.y + TALL / 2];
    // Within a column (refined by, patched to) the line goes around the right side.
    if (a.x === b.x) return `M${a.x + BOX} ${y1}c40 0 40 ${y2 - y1} 0 ${y2 - y1}`;
    const middle = (a.x + BOX + b.x) / 2;
    return `M${a.x + BOX} ${y1}C${middle} ${y1} ${middle} ${y2} ${b.x} ${y2}`;
  };
  return (
    <figure class="lineage-figure">
      <ChartFiles name={`lineage of ${model}`} />
      <div class="scroll" tabIndex={0} role="group" aria-label="Lineage">
        <svg
          class="lineage"
          viewBox={`-1 0 ${width + 2} ${height}`}
          width={width}
          height={height}
          role="group"
          aria-label="Lineage"
        >
          {COLUMNS.map((kind, c) => (
            <text key={kind} class="lineage-head" x={c * COLUMN} y={12}>
              {HEADS[kind]}
            </text>
          ))}
          {graph.edges.map(({ from, to, why }) => (
            <path key={`${from} ${to}`} class="edge" d={curve(from, to)}>
              <title>{why}</title>
            </path>
          ))}
          {graph.nodes.map((node) => {
            const place = places.get(node.id);
            return (
              place && (
                <g key={node.id} transform={`translate(${place.x} ${place.y})`}>
                  <Box node={node} model={model} />
                </g>
              )
            );
          })}
        </svg>
      </div>
    </figure>
  );
}

function Box({ node, model }: { node: GraphNode; model: string }) {
  const inner = (
    <>
      <rect class={`node node-${node.kind}`} width={BOX} height={TALL} rx={4} />
      <text class="node-label" x={10} y={node.note === "" ? 25 : 17}>
        {short(node.label)}
      </text>
      {node.note !== "" && (
        <text class="node-note" x={10} y={32}>
          {short(node.note)}
        </text>
      )}
      <title>{node.label}</title>
    </>
  );
  const to =
    node.kind === "run"
      ? href(["runs", node.label])
      : node.kind === "version"
        ? href(["registry", model], { version: node.label })
        : null;
  return to === null ? inner : <a href={to}>{inner}</a>;
}

const short = (text: string) => (text.length > 26 ? `${text.slice(0, 14)}…${text.slice(-10)}` : text);
