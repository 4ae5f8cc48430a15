import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { ManymodelError } from "../../core/errors.ts";
import type { Workspace } from "../workspace.ts";

/** A query over a workspace's own tables and views, and how its answer is shown. */
export interface Panel {
  readonly title: string;
  readonly sql: string;
  readonly chart: "table" | "line" | "bar";
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Lists what a monitor of a workspace shows. Each query has two columns or more; the first is what a chart goes along. */
export function panels({ engine, config }: Pick<Workspace, "engine" | "config">): Panel[] {
  const { address } = engine;
  if (address.engine !== "snowflake")
    throw new ManymodelError("config", `notebooks need engine snowflake, not ${address.engine}`);
  const of = (table: string) => [address.database, address.schema, table].map(quoted).join(".");
  const { order_by: order = [], partition_by: key = [] } = config.source ?? {};
  const time = order.filter((column) => !key.includes(column)).at(-1);
  const newest = `(SELECT RUN_ID FROM ${of("MM_RUNS")} WHERE STATE = 'completed' ORDER BY CREATED_AT DESC LIMIT 1)`;
  return [
    {
      title: "Runs",
      chart: "table",
      sql: `SELECT RUN_ID, STATE, CREATED_AT, ENDED_AT, ERROR FROM ${of("MM_RUNS")} ORDER BY CREATED_AT DESC LIMIT 20`,
    },
    {
      title: "Chunks by state",
      chart: "bar",
      sql: `SELECT STATE, COUNT(*) AS CHUNKS, SUM(PARTITIONS) AS PARTITIONS FROM ${of(address.queueTable)} GROUP BY STATE ORDER BY STATE`,
    },
    {
      title: "Failures of the newest run",
      chart: "table",
      sql: `SELECT ERROR_TYPE, ERROR_MESSAGE, COUNT(*) AS PARTITIONS FROM ${of("TRAINING_RESULTS")} WHERE OUTCOME = 'failed' AND RUN_ID = ${newest} GROUP BY ERROR_TYPE, ERROR_MESSAGE ORDER BY PARTITIONS DESC LIMIT 50`,
    },
    {
      title: "Accuracy by run",
      chart: "table",
      sql: `SELECT METRIC, RUN_ID, COUNT("VALUE") AS PARTITIONS, AVG("VALUE") AS MEAN, MEDIAN("VALUE") AS MEDIAN FROM ${of("TRAINING_METRICS")} GROUP BY METRIC, RUN_ID ORDER BY METRIC, RUN_ID DESC`,
    },
    {
      title: "Partitions that did worst",
      chart: "table",
      sql: `SELECT PARTITION_KEY, METRIC, "VALUE" FROM ${of("TRAINING_METRICS")} WHERE RUN_ID = ${newest} AND METRIC = 'holdout_mase' ORDER BY "VALUE" DESC NULLS LAST LIMIT 50`,
    },
    {
      title: "Versions",
      chart: "table",
      sql: `SELECT MODEL, VERSION, CREATED_AT FROM ${of("MM_VERSIONS")} ORDER BY CREATED_AT DESC LIMIT 50`,
    },
    {
      title: "Forecasts by status",
      chart: "bar",
      sql: `SELECT STATUS, COUNT(*) AS FORECASTS FROM ${of("FORECASTS")} GROUP BY STATUS ORDER BY STATUS`,
    },
    ...(time === undefined
      ? []
      : [
          {
            title: "Sum of the forecasts",
            chart: "line" as const,
            sql: `SELECT ${quoted(time)}, SUM(FORECAST) AS FORECAST FROM ${of("FORECASTS")} WHERE ${quoted(time)} IS NOT NULL GROUP BY ${quoted(time)} ORDER BY ${quoted(time)}`,
          },
        ]),
    {
      title: "What the monitor found",
      chart: "bar",
      sql: `SELECT VERDICT, COUNT(*) AS PARTITIONS FROM ${of(config.monitor.status_table)} GROUP BY VERDICT ORDER BY VERDICT`,
    },
  ];
}

/**
 * Writes notebooks (setup, demo, monitor) for a Snowflake Workspace, a Streamlit app of the same monitors, and the statements
 * that put them into the account.
 *
 * @returns the files that were written
 * @throws {ManymodelError} `config` for another engine
 */
export async function writeNotebooks(workspace: Workspace, folder: string): Promise<string[]> {
  const monitors = panels(workspace);
  const { engine, config } = workspace;
  const { address } = engine;
  if (address.engine !== "snowflake") throw new ManymodelError("internal", "panels need engine snowflake");
  const { database, schema, warehouse } = address;
  const place = `${quoted(database)}.${quoted(schema)}`;
  const night = address.schedule && `${place}.${quoted(`MM_SCHEDULE_${address.schedule.name}`)}`;
  const show = ({ title, sql }: Panel) => [text(`## ${title}`), query(sql)];
  const files: Record<string, string> = {
    "setup.ipynb": notebook([
      text(
        `# Setup of ${database}.${schema}\n\nCreates what is missing, and replaces nothing: the statements of \`manymodel setup\`.`,
      ),
      ...(engine.preparation?.statements ?? []).map(query),
    ]),
    "demo.ipynb": notebook([
      text(
        `# A night in ${database}.${schema}\n\nThe account trains, registers and scores by itself; these cells begin it and look at it.`,
      ),
      ...(night === undefined
        ? [text("Without `snowflake.schedule` there is no task: run `manymodel pipeline run` outside.")]
        : [text("## Run the pipeline now"), query(`EXECUTE TASK ${night}`)]),
      ...monitors.filter(({ title }) => !/monitor/.test(title)).flatMap(show),
    ]),
    "monitor.ipynb": notebook([text(`# Monitor of ${database}.${schema}`), ...monitors.flatMap(show)]),
    "streamlit_app.py": app(`${database}.${schema}`, monitors),
    "deploy.sql": deployment(place, address.stage, warehouse),
  };
  const target = path.resolve(config.directory, folder);
  await mkdir(target, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(target, name), content);
  return Object.keys(files).map((name) => path.join(folder, name));
}

interface Cell {
  readonly cell_type: "markdown" | "code";
  readonly source: string;
}

const text = (source: string): Cell => ({ cell_type: "markdown", source });
/** Returns a cell of Python, which every kind of notebook of an account runs. */
const query = (sql: string): Cell => ({ cell_type: "code", source: `session.sql(${python(sql)}).to_pandas()` });

/** Returns a text as Python writes it: JSON's escapes are Python's. */
const python = (value: string) => JSON.stringify(value);

/** Returns a notebook of the format's version 4.5, which needs an id for each cell. */
function notebook(cells: readonly Cell[]): string {
  const session = "from snowflake.snowpark.context import get_active_session\n\nsession = get_active_session()";
  const all = [{ cell_type: "code", source: session } as const, ...cells];
  return `${JSON.stringify(
    {
      cells: all.map(({ cell_type, source }, i) => ({
        cell_type,
        id: `cell-${i}`,
        metadata: {},
        source: source.split(/(?<=\n)/),
        ...(cell_type === "code" && { execution_count: null, outputs: [] }),
      })),
      metadata: { kernelspec: { display_name: "Python 3", language: "python", name: "python3" } },
      nbformat: 4,
      nbformat_minor: 5,
    },
    undefined,
    1,
  )}\n`;
}

/** Returns a Streamlit app: each panel by itself, so that a table that is not there yet costs its own panel only. */
function app(workspace: string, monitors: readonly Panel[]): string {
  const lines = monitors.map(({ title, chart, sql }) => `    (${python(title)}, ${python(chart)}, ${python(sql)}),`);
  return `"""Monitors of a manymodel workspace. Written by \`manymodel snowflake notebooks\`."""

import streamlit as st
from snowflake.snowpark.context import get_active_session

PANELS = [
${lines.join("\n")}
]

session = get_active_session()
st.title(${python(workspace)})
for title, chart, sql in PANELS:
    st.subheader(title)
    try:
        rows = session.sql(sql).to_pandas()
    except Exception as error:  # A table that nothing has written yet.
        st.info(f"Nothing to show: {error}")
        continue
    if chart == "table" or rows.empty:
        st.dataframe(rows)
    else:
        along = rows.set_index(rows.columns[0])
        (st.line_chart if chart == "line" else st.bar_chart)(along)
`;
}

/** Returns statements that put the files into the account (CREATE NOTEBOOK, CREATE STREAMLIT); run where the files are. */
function deployment(place: string, stageName: string, warehouse: string | undefined): string {
  const stage = `${place}.${quoted(stageName)}`;
  const queries = warehouse === undefined ? "" : `\n  QUERY_WAREHOUSE = ${quoted(warehouse)}`;
  const notebooks = ["setup", "demo", "monitor"].map(
    (name) => `CREATE NOTEBOOK IF NOT EXISTS ${place}.${quoted(`MM_${name.toUpperCase()}`)}
  FROM '@${stage}/notebooks' MAIN_FILE = '${name}.ipynb'${queries};`,
  );
  const files = ["setup.ipynb", "demo.ipynb", "monitor.ipynb", "streamlit_app.py"].map(
    (name) => `PUT 'file://${name}' '@${stage}/notebooks' AUTO_COMPRESS = FALSE OVERWRITE = TRUE;`,
  );
  return `${[
    ...files,
    ...notebooks,
    `CREATE STREAMLIT IF NOT EXISTS ${place}."MM_MONITOR_APP"
  FROM '@${stage}/notebooks' MAIN_FILE = 'streamlit_app.py'${queries};`,
  ].join("\n")}\n`;
}
