import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { type ColumnInfo, columnsOf } from "../../core/columns/column.ts";
import { encodeColumns } from "../../core/columns/encode-columns.ts";
import { BATCH_RUNS, checkNotForecasts, FORECASTS } from "../../core/current-forecasts.ts";
import { ManymodelError, messageOf, show } from "../../core/errors.ts";
import { FORECAST_OVERRIDES } from "../../core/override.ts";
import { checkName } from "../../core/run.ts";
import { rowSelector } from "../../core/selection.ts";
import type { RowPorts } from "../../ports/engine.ts";
import type { Output, TablePart } from "../../ports/output.ts";
import type { Stage } from "../../ports/stage.ts";
import type { QueryPiece, QueryValue, Tables } from "../../ports/tables.ts";
import { copyRows } from "../node/copy-rows.ts";
import { bindNumbered } from "./bind-numbered.ts";
import { importFile } from "./import-file.ts";
import { identifier } from "./literal.ts";
import { type Names, OWN } from "./names.ts";
import { PinnedRows } from "./pinned-rows.ts";
import { carryRows, readPublished } from "./published-rows.ts";
import { exposedKeys, showKeys } from "./result-views.ts";
import type { Session } from "./session.ts";
import { type PinnedSnapshot, readRecord, snapshotTimes, takeSnapshot } from "./snapshot.ts";
import { findSource, knownColumns, ownName } from "./source.ts";
import { importStatements } from "./sql/import.ts";
import { forecastsView, isForecastsComment, RESULT_VIEWS } from "./sql/result-views.ts";
import { OWNER } from "./sql/setup.ts";
import { FILES_AT_ONCE, tableStatements } from "./sql/tables.ts";
import { eraseItems, storedItems } from "./stored-items.ts";

/** Returns tables of an account. Sources are pinned as Parquet on the stage; results are loaded from it, in one transaction. */
export function snowflakeTables(session: Session, names: Names, stage: Stage): RowPorts {
  const sql = tableStatements(names);
  const opened = new Map<string, Promise<PinnedRows>>();
  const remember = (pinned: PinnedSnapshot) => {
    const rows = Promise.resolve(new PinnedRows(stage, pinned));
    opened.set(pinned.snapshot.id, rows);
    return pinned.snapshot;
  };
  const open = async (id: string) => {
    const pinned = await readRecord(stage, id);
    if (pinned === undefined)
      throw new ManymodelError("not-found", `snapshot ${id} is not on the stage any more; plan again`);
    return new PinnedRows(stage, pinned);
  };
  const pinned = ({ id }: { readonly id: string }) => {
    const rows = opened.get(id) ?? open(id);
    opened.set(id, rows);
    rows.catch(() => opened.delete(id));
    return rows;
  };
  const columns = async (table: string) => {
    const source = await findSource(session, names, table);
    return source && knownColumns(source);
  };
  const discard: Output["discard"] = async (table, parts) => {
    for (const { id } of parts) await stage.remove(partPath(table, id));
  };
  /** Returns the text of one SELECT, with its values in order. @throws {ManymodelError} `usage` for anything else */
  const checkQuery = async (text: string, params: readonly QueryValue[]) => {
    const query = text.trim().replace(/;$/, "");
    if (query === "") throw new ManymodelError("usage", "the query is empty; sql takes one SELECT statement");
    if (!/^(SELECT|WITH)\b/i.test(query))
      throw new ManymodelError("usage", "sql is read-only: it takes one SELECT statement");
    const { sql: bound, binds } = bindNumbered(query, params);
    try {
      // As part of a query it compiles only if it is one itself: what could write is refused here, and not run.
      await session.rows(sql.explain(bound), binds);
    } catch (cause) {
      throw queryError(cause);
    }
    return { bound, binds };
  };
  const query: Tables["query"] = async (text, params, limit) => {
    const { bound, binds } = await checkQuery(text, params);
    try {
      const { columns, rows } = await session.table(bound, binds, limit + 1);
      // The driver's dates and timestamps say their own text.
      const plain = rows
        .slice(0, limit)
        .map((row) =>
          row.map((value) => ((value as unknown) instanceof Date ? (value as unknown as Date).toJSON() : value)),
        );
      return { columns, rows: plain, truncated: rows.length > limit };
    } catch (cause) {
      throw queryError(cause);
    }
  };
  const stream = async function* (text: string, params: readonly QueryValue[]): AsyncGenerator<QueryPiece> {
    const { bound, binds } = await checkQuery(text, params);
    try {
      yield* withoutOwner(session.stream(bound, binds));
    } catch (cause) {
      throw queryError(cause);
    }
  };
  return {
    source: {
      columns,
      async snapshot(query) {
        return remember(await takeSnapshot(session, names, stage, query));
      },
      keys: async (snapshot, from, to) => [...(await (await pinned(snapshot)).keys())].slice(from, to),
      locate: async (snapshot, keys) => (await pinned(snapshot)).locate(keys),
      read: async (snapshot, ordinals) => (await pinned(snapshot)).read(ordinals),
      times: async (snapshot) => snapshotTimes(session, names, stage, snapshot),
    },
    output: {
      async create(table, target) {
        checkTable(table);
        const existing = await columns(table);
        const isView =
          existing !== undefined &&
          isForecastsComment((await session.rows(importStatements(names).known, [names.schemaName, table]))[0]?.[1]);
        if (existing === undefined || isView) checkNotForecasts(table);
        if (existing !== undefined) return false;
        await session.rows(sql.create(table, target));
        return true;
      },
      async write(table, batch) {
        const id = randomUUID();
        await stage.put(partPath(table, id), encodeColumns(batch));
        return { id, rows: batch.length, columns: columnsOf(batch) };
      },
      async publish(table, owner, parts) {
        const existing = new Set(((await columns(table)) ?? []).map(({ name }) => name.toUpperCase()));
        for (const column of parts.flatMap((part) => part.columns))
          if (!existing.has(column.name.toUpperCase())) {
            await session.rows(sql.addColumn(table, column));
            existing.add(column.name.toUpperCase());
          }
        await session.transaction(async (transaction) => {
          await transaction.change(sql.disown(table), [owner]);
          for (const [listed, ids] of alike(parts.filter(({ rows }) => rows > 0)))
            for (let from = 0; from < ids.length; from += FILES_AT_ONCE) {
              const files = ids.slice(from, from + FILES_AT_ONCE).map((id) => `${id}.parquet`);
              await transaction.rows(sql.load(table, listed, owner, partFolder(table), files));
            }
        });
        await discard(table, parts);
      },
      async published(table, owner, names) {
        const existing = (await columns(table)) ?? [];
        const infos = names.flatMap((name) => existing.find((column) => column.name === name) ?? []);
        if (infos.length < names.length) return { length: 0, columns: {} };
        return readPublished(session, sql, stage, { table, owner, columns: infos }, partPath(table, randomUUID()));
      },
      async carry(table, owner, selection, set) {
        const existing = (await columns(table)) ?? [];
        const id = randomUUID();
        const published = { table, owner, columns: existing };
        const to = { id, file: partPath(table, id) };
        const rows = await carryRows(session, sql, published, { ...selection, set }, to);
        return { id, rows, columns: existing };
      },
      discard,
    },
    views: {
      async expose({ runId, keyColumns, segments }) {
        const keys = exposedKeys(keyColumns);
        await showKeys(session, names, keys);
        await session.transaction(async (transaction) => {
          await transaction.change(sql.conceal, [runId]);
          const whole = segments.filter(({ select }) => select === undefined).map(({ path }) => path);
          for (let from = 0; from < whole.length; from += FILES_AT_ONCE)
            await transaction.rows(sql.expose(runId, keys, whole.slice(from, from + FILES_AT_ONCE)));
          for (const { path, select, total, rows } of segments) {
            if (select === undefined) continue;
            const isSelected = rowSelector(select);
            const chosen = Array.from({ length: total ?? rows }, (_, row) => row).filter(isSelected);
            const [, of] = /^runs\/([^/]+)\//.exec(path) ?? [];
            if (of === undefined) throw new ManymodelError("corrupt", `the segment ${show(path)} belongs to no run`);
            await transaction.change(sql.exposeSelected(keys), [runId, of, path, JSON.stringify(chosen)]);
          }
        });
      },
      async conceal(runId) {
        await session.change(sql.conceal, [runId]);
      },
      async showForecasts(current) {
        const { known } = importStatements(names);
        const [row] = await session.rows(known, [names.schemaName, FORECASTS]);
        if (row !== undefined && !isForecastsComment(row[1])) return;
        const source = await findSource(session, names, current.table);
        if (source === undefined) return;
        const table = {
          from: source.from,
          columns: source.columns.map(({ name, type }) => ({ name, type: type ?? "string" })),
          hasBatches: (await columns(BATCH_RUNS)) !== undefined,
          overrides: (await findSource(session, names, FORECAST_OVERRIDES))?.from,
        };
        const { comment, statement } = forecastsView(names, current, table);
        // Another process may have made the view show something else: its comment says what it shows.
        if (row?.[1] !== comment) await session.rows(statement);
      },
    },
    tables: {
      hasSchemas: true,
      ownName: (table) => ownName(names, table),
      async list() {
        const rows = await session.rows(sql.list, [names.schemaName]);
        const isOwn = (name: string) => name.startsWith(OWN) || names.chunks === names.of(name);
        return rows.flatMap(([name, count]) =>
          isOwn(name as string) ? [] : [{ name: name as string, rows: Number(count) }],
        );
      },
      async import(file, table, options) {
        checkTable(table);
        return importFile({ session, names, stage }, file, table, options);
      },
      columnName: identifier,
      query,
      stream,
      copy: (text, params, file) => copyRows(stream(text, params), file, tmpdir()),
    },
    leftovers: {
      stored: () => storedItems(session, names, stage),
      async erase(items) {
        await eraseItems(session, names, stage, items);
        for (const { id } of items) opened.delete(id);
      },
    },
  };
}

function queryError(cause: unknown): ManymodelError {
  return new ManymodelError("usage", `cannot run the query: ${messageOf(cause, 500)}`, { cause });
}

/** Yields an answer without the column that says whose rows they are. */
async function* withoutOwner(pieces: AsyncIterable<QueryPiece>): AsyncGenerator<QueryPiece> {
  for await (const { columns, rows } of pieces) {
    const positions = columns.flatMap(({ name }, i) => (name === OWNER ? [] : [i]));
    yield {
      columns: columns.filter(({ name }) => name !== OWNER),
      rows: rows.map((row) => positions.map((i) => row[i] ?? null)),
    };
  }
}

const partFolder = (table: string) => `tables/${checkName("table name", table, "table").toUpperCase()}/`;
/** Returns the path of a part of a table of results. */
export const partPath = (table: string, id: string) => `${partFolder(table)}${id}.parquet`;

/** Returns parts by the columns that they have. */
function alike(parts: readonly TablePart[]): [readonly ColumnInfo[], string[]][] {
  const groups = new Map<string, [readonly ColumnInfo[], string[]]>();
  for (const { id, columns } of parts) {
    const key = JSON.stringify(columns);
    const group = groups.get(key) ?? [columns, []];
    group[1].push(id);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function checkTable(table: string): void {
  checkName("table name", table, "table");
  if (RESULT_VIEWS.includes(table.toUpperCase()))
    throw new ManymodelError("conflict", `${table} is a view over trained models; choose another table name`);
  if (table.toUpperCase().startsWith(OWN))
    throw new ManymodelError(
      "conflict",
      `${table} begins with ${OWN}, as this package's own tables do; choose another table name`,
    );
}
