import { count, measure, partsOfSum, percent } from "../../text/number.ts";
import type { SeriesPicture } from "../wire.ts";
import type { HierarchyNode, HierarchyView, NodePart } from "../wire-hierarchy.ts";
import { FanChart } from "./charts/fan-chart.tsx";
import { SmallMultiple } from "./charts/small-multiple.tsx";
import { Choice } from "./choice.tsx";
import { Notes } from "./notes.tsx";
import { href, setQuery } from "./route.ts";
import { Loading } from "./states.tsx";
import { change, StretchLine } from "./stretch.tsx";
import { TableFiles } from "./table-files.tsx";
import { TableHead } from "./table-head.tsx";
import { useData } from "./use-data.ts";

/** Shows reconciled forecasts from the total down to the leaves: a node, the nodes it lies in, and its parts. */
export function Hierarchy({ query }: { query: URLSearchParams }) {
  const data = useData<HierarchyView>(
    href(["hierarchy"], { level: query.get("level"), key: query.get("key"), by: query.get("by") }),
  );
  return (
    <>
      <h1>Hierarchy</h1>
      <Loading data={data} what="the hierarchy">
        {(view) => <Node view={view} />}
      </Loading>
    </>
  );
}

const addressOf = ({ level, key }: HierarchyNode) => href(["hierarchy"], { level, key });
const levelText = (level: string) => level.replaceAll(",", ", ");
const wape = (value: number | null) => (value === null ? "–" : percent(value / 100));

function Node({ view }: { view: HierarchyView }) {
  const { node, above, roots, below, by, notes, table, coverages } = view;
  return (
    <>
      <Path above={above} node={node} />
      <div class="filters">
        {above.length === 0 && roots.length > 1 && (
          <Choice
            label={levelText(node.level)}
            value={node.key}
            options={roots.map(({ key, text }) => [key, text] as const)}
            onChoose={(key) => setQuery({ level: node.level, key, by: null })}
          />
        )}
        {below.length > 1 && by !== null && (
          <Choice
            label="Split by"
            value={by}
            options={below.map((level) => [level, levelText(level)] as const)}
            onChoose={(level) => setQuery({ by: level })}
          />
        )}
      </div>
      <Notes notes={notes} />
      <section class="panel" aria-labelledby="node-title">
        <h2 id="node-title">
          {node.text} <span class="muted small">{count(node.leaves)} series</span>
        </h2>
        <StretchLine stretch={node.sums} />
        <p class="muted">
          {node.sums.base !== null && (
            <>
              By its own model: <b data-fact="own">{measure(node.sums.base)}</b> (
              {change(node.sums.next, node.sums.base)} by reconciling).{" "}
            </>
          )}
          {node.baseWape !== null && (
            <>
              WAPE of its own model on the holdout: <b data-fact="own-wape">{wape(node.baseWape)}</b>.{" "}
            </>
          )}
          {by !== null && node.leavesWape !== null && (
            <>
              WAPE of its series on the holdout, one by one: <b data-fact="leaves-wape">{wape(node.leavesWape)}</b>.
            </>
          )}
        </p>
        <FanChart key={`${node.level} ${node.key}`} picture={pictureOf(view)} holdouts={[]} name={node.text} />
        <p class="muted small">
          The forecast and its {coverages.join(" and ")} % intervals are those of {table}, where the parts of every node
          add up to it.
          {view.partitionKey !== null && (
            <>
              {" "}
              <a href={href(["runs", view.runId, "series"], { key: view.partitionKey })}>The page of this series</a>{" "}
              shows its model.
            </>
          )}
        </p>
      </section>
      {by !== null && <Parts view={view} by={by} />}
    </>
  );
}

/** Leads from the total to the node that is shown. */
function Path({ above, node }: { above: readonly HierarchyNode[]; node: HierarchyNode }) {
  return (
    <nav class="path" aria-label="The node's place">
      <ol>
        {above.map((one) => (
          <li key={`${one.level} ${one.key}`}>
            <a href={addressOf(one)} title={levelText(one.level)}>
              {one.text}
            </a>
          </li>
        ))}
        <li aria-current="page" title={levelText(node.level)}>
          {node.text}
        </li>
      </ol>
    </nav>
  );
}

/** A row of the table of parts: one part, or all that are not shown together. */
type PartRow = Pick<NodePart, "text" | "leaves" | "sums" | "leavesWape" | "baseWape"> & { readonly to: string | null };

/** Returns the parts, and the remainder of the sum. */
function partRows({ parts, partCount, sum, node }: HierarchyView): PartRow[] {
  const rows = parts.map((part): PartRow => ({ ...part, to: addressOf(part) }));
  if (partCount === parts.length) return rows;
  const remainder = (pick: (sums: NodePart["sums"]) => number | null) =>
    parts.reduce<number | null>((difference, { sums }) => {
      const value = pick(sums);
      return difference === null || value === null ? null : difference - value;
    }, pick(sum));
  const others: PartRow = {
    text: `${count(partCount - parts.length)} others`,
    leaves: node.leaves - parts.reduce((leaves, part) => leaves + part.leaves, 0),
    sums: {
      ...{ steps: sum.steps, next: remainder(({ next }) => next), last: remainder(({ last }) => last) },
      ...{ lastYear: remainder(({ lastYear }) => lastYear), base: remainder(({ base }) => base) },
    },
    ...{ leavesWape: null, baseWape: null, to: null },
  };
  return [...rows, others];
}

function Parts({ view, by }: { view: HierarchyView; by: string }) {
  const { parts, partCount, sum, node } = view;
  const { steps } = sum;
  const rows = partRows(view);
  const column = (pick: (sums: NodePart["sums"]) => number | null) => partsOfSum(rows.map(({ sums }) => pick(sums)));
  const next = column(({ next }) => next);
  const last = column(({ last }) => last);
  const lastYear = column(({ lastYear }) => lastYear);
  const base = column(({ base }) => base);
  const hasBase = parts.some(({ sums }) => sums.base !== null);
  const hasBaseWape = parts.some(({ baseWape }) => baseWape !== null);
  const share = ({ sums: { next } }: PartRow) =>
    next === null || sum.next === null || sum.next === 0 ? "–" : percent(next / sum.next);
  const columns = [
    levelText(by),
    ["Series", "n far"],
    [`Next ${steps}`, "n"],
    ["Share", "n far"],
    [`Last ${steps}`, "n far"],
    ["Change", "n"],
    ["A year before", "n far"],
    ...(hasBase ? [["By its own model", "n far"] as const] : []),
    ...(hasBaseWape ? [["WAPE, own model", "n far"] as const] : []),
    ["WAPE, series", "n"],
  ] as const;
  return (
    <section aria-labelledby="parts-title">
      <h2 id="parts-title">
        Parts by {levelText(by)}{" "}
        <span class="muted small">
          {partCount > parts.length ? `the ${count(parts.length)} largest of ${count(partCount)}` : count(partCount)}
        </span>{" "}
        <TableFiles
          name={`parts of ${node.text}`}
          rows={[
            ["LEVEL", "PARTITION_KEY", "SERIES", "NEXT", "LAST", "LAST_YEAR", "BASE_NEXT", "OWN_WAPE", "SERIES_WAPE"],
            ...parts.map((part) => [
              ...[part.level, part.key, part.leaves, part.sums.next, part.sums.last, part.sums.lastYear],
              ...[part.sums.base, part.baseWape, part.leavesWape],
            ]),
          ]}
        />
      </h2>
      <div class="multiples">
        {parts
          .filter(({ forecast }) => forecast.length > 0)
          .map((part) => (
            <a key={part.key} class="multiple" href={addressOf(part)} title={part.text}>
              <span class="multiple-name">{part.text}</span>
              <span class="multiple-value">{measure(part.sums.next)}</span>
              <SmallMultiple series={part} />
            </a>
          ))}
      </div>
      <div class="panel scroll below" tabIndex={0} role="group" aria-label={`Parts of ${node.text}`}>
        <table class="rows parts">
          <TableHead columns={columns} />
          <tbody>
            {rows.map((part, i) => (
              <tr key={part.to}>
                <th scope="row">{part.to === null ? part.text : <a href={part.to}>{part.text}</a>}</th>
                <td class="n far">{count(part.leaves)}</td>
                <td class="n strong">{next[i]}</td>
                <td class="n far">{share(part)}</td>
                <td class="n far">{last[i]}</td>
                <td class="n">{change(part.sums.next, part.sums.last)}</td>
                <td class="n far">{lastYear[i]}</td>
                {hasBase && <td class="n far">{base[i]}</td>}
                {hasBaseWape && <td class="n far">{wape(part.baseWape)}</td>}
                <td class="n">{wape(part.leavesWape)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Sum</th>
              <td class="n far">{count(node.leaves)}</td>
              <td class="n strong">{measure(sum.next)}</td>
              <td class="n far">{percent(1)}</td>
              <td class="n far">{measure(sum.last)}</td>
              <td class="n">{change(sum.next, sum.last)}</td>
              <td class="n far">{measure(sum.lastYear)}</td>
              {hasBase && <td class="n far">{measure(sum.base)}</td>}
              {hasBaseWape && <td class="n far" />}
              <td class="n">{wape(node.leavesWape)}</td>
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
}

/** Returns a node as the chart of a series draws it. */
function pictureOf({ target, timeType, coverages, node }: HierarchyView): SeriesPicture {
  return {
    ...{ target, timeType, times: node.times, y: node.history, trained: node.history.length, stretch: node.sums },
    forecast: { mean: node.forecast, levels: coverages, lower: node.lower, upper: node.upper },
    ...{ periods: [], newer: null, since: null, fitted: null, earlier: null, holdout: 0, methods: [], marks: [] },
    ...{ effects: [], components: null, diagnostics: null },
  };
}
