import { count, measure } from "../../text/number.ts";
import type { SeriesPicture } from "../wire.ts";
import type { TotalSeries, Totals as TotalsValue } from "../wire-totals.ts";
import { FanChart } from "./charts/fan-chart.tsx";
import { Choice } from "./choice.tsx";
import { Notes } from "./notes.tsx";
import { href, setQuery } from "./route.ts";
import { Loading } from "./states.tsx";
import { change, StretchLine } from "./stretch.tsx";
import { TableFiles } from "./table-files.tsx";
import { TableHead } from "./table-head.tsx";
import { useData } from "./use-data.ts";

/** Shows the current forecasts of all partitions together, and of each group of an attribute. */
export function Totals({ query }: { query: URLSearchParams }) {
  const by = query.get("by") ?? "";
  const data = useData<TotalsValue>(href(["totals"], { by }));
  return (
    <>
      <h1>Totals</h1>
      <Loading data={data} what="the totals">
        {(totals) => <View totals={totals} chosen={query.get("value")} />}
      </Loading>
    </>
  );
}

const nameOf = ({ isAll, value }: TotalSeries) => (isAll ? "Total" : (value ?? "none"));

function View({ totals, chosen }: { totals: TotalsValue; chosen: string | null }) {
  const { by, attributes, series, intervals, levels, notes, table } = totals;
  const selected = series.find((one) => !one.isAll && one.value === chosen) ?? series[0];
  return (
    <>
      {attributes.length > 0 && (
        <div class="filters">
          <Choice
            label="Groups by"
            value={by ?? ""}
            options={[["", "the total only"], ...attributes]}
            onChoose={(name) => setQuery({ by: name, value: null })}
          />
        </div>
      )}
      <Notes notes={notes} />
      {selected !== undefined && (
        <section class="panel" aria-labelledby="total-title">
          <h2 id="total-title">
            {nameOf(selected)} <span class="muted small">{count(selected.partitions)} partitions</span>
          </h2>
          <StretchLine stretch={selected.stretch} />
          <FanChart
            key={`${by} ${nameOf(selected)}`}
            picture={pictureOf(totals, selected)}
            holdouts={[]}
            name={nameOf(selected)}
          />
          <p class="muted small">
            The forecast is the sum of {count(selected.partitions)} forecasts of {table}. Its {levels.join(" and ")} %
            intervals are{" "}
            {intervals === "reconciled"
              ? "those of the reconciled forecasts."
              : selected.correlation === null
                ? "from the intervals of the parts as if their errors were independent: there are too few observations to tell their correlation."
                : `from the intervals of the parts, whose errors have a correlation of ${selected.correlation.toFixed(2)}.`}
          </p>
        </section>
      )}
      <Groups totals={totals} shown={selected} />
    </>
  );
}

function Groups({ totals: { by, series }, shown }: { totals: TotalsValue; shown: TotalSeries | undefined }) {
  const hasWorth = series.some(({ worth }) => worth !== null);
  const hasOrders = series.some(({ orderUpTo }) => orderUpTo !== null);
  const hasOwn = series.some(({ own }) => own !== null);
  const steps = shown?.stretch.steps ?? 0;
  const columns = [
    by ?? "Series",
    ["Partitions", "n far"],
    [`Next ${steps}`, "n"],
    [`Last ${steps}`, "n far"],
    ["Change", "n"],
    ["A year before", "n far"],
    ["Change in a year", "n far"],
    ...(hasOwn ? [["By its own model", "n"] as const] : []),
    ...(hasOrders ? [["Lead-time demand", "n"] as const, ["Order up to", "n"] as const] : []),
    ...(hasWorth ? [["Value", "n"] as const] : []),
  ] as const;
  return (
    <>
      <TableFiles
        name="totals"
        rows={[
          [by ?? "SERIES", "PARTITIONS", "NEXT", "LAST", "LAST_YEAR", "LEAD_DEMAND", "ORDER_UP_TO", "VALUE"],
          ...series.map((one) => [
            ...[nameOf(one), one.partitions, one.stretch.next, one.stretch.last, one.stretch.lastYear],
            ...[one.leadDemand, one.orderUpTo, one.worth],
          ]),
        ]}
      />
      <div class="panel scroll" tabIndex={0} role="group" aria-label="Totals of groups">
        <table class="rows totals">
          <TableHead columns={columns} />
          <tbody>
            {series.map((one) => {
              const { stretch, partitions, worth, leadDemand, orderUpTo, own } = one;
              const ownSum = own?.slice(0, steps).reduce((sum: number, value) => sum + (value ?? 0), 0) ?? null;
              return (
                <tr key={nameOf(one)} aria-selected={one === shown ? true : undefined}>
                  <th scope="row">
                    <a href={href(["totals"], { by, value: one.isAll ? null : one.value })}>{nameOf(one)}</a>
                  </th>
                  <td class="n far">{count(partitions)}</td>
                  <td class="n strong">{measure(stretch.next)}</td>
                  <td class="n far">{measure(stretch.last)}</td>
                  <td class="n">{change(stretch.next, stretch.last)}</td>
                  <td class="n far">{measure(stretch.lastYear)}</td>
                  <td class="n far">{change(stretch.next, stretch.lastYear)}</td>
                  {hasOwn && <td class="n">{measure(ownSum)}</td>}
                  {hasOrders && (
                    <>
                      <td class="n">{measure(leadDemand)}</td>
                      <td class="n">{measure(orderUpTo)}</td>
                    </>
                  )}
                  {hasWorth && <td class="n">{measure(worth)}</td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Returns a total as the chart of a series draws it. */
function pictureOf({ target, timeType, levels }: TotalsValue, one: TotalSeries): SeriesPicture {
  return {
    ...{ target, timeType, times: one.times, y: one.history, trained: one.history.length, stretch: one.stretch },
    forecast: { mean: one.forecast, levels, lower: one.lower, upper: one.upper },
    ...{
      periods: [],
      newer: null,
      since: null,
      fitted: null,
      earlier: null,
      holdout: 0,
      methods: [],
      marks: [],
      effects: [],
    },
    ...{ components: null, diagnostics: null },
  };
}
