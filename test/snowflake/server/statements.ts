import { randomUUID } from "node:crypto";
import path, { basename, dirname } from "node:path";
import { load, unload } from "./copy.ts";
import { missing, SqlFailure, unsupported } from "./failure.ts";
import type { Faults } from "./faults.ts";
import { mask } from "./masked.ts";
import { changed, done, type Rowset, textRows, toRowset } from "./rowset.ts";
import type { Bind, Session, Shared } from "./session.ts";
import { nameParts, objectName, type Stages } from "./stages.ts";
import { translate } from "./translate.ts";

/** A transfer of files, which the driver does itself. */
export interface Transfer {
  readonly command: "UPLOAD" | "DOWNLOAD";
  readonly src_locations: readonly string[];
  readonly localLocation?: string;
  readonly stageLocation: string;
  readonly overwrite: boolean;
}

export type Answer = { readonly rowset: Rowset } | { readonly transfer: Transfer };

/** A kind of statement: knows its own, and does them. */
export type Handler = (session: Session, sql: string, binds: readonly Bind[]) => Promise<Answer | undefined>;

const NAME = String.raw`((?:"(?:[^"]|"")+"|[\w$]+)(?:\.(?:"(?:[^"]|"")+"|[\w$]+))*)`;

/** Queries, changes of rows, transactions and definitions of tables: done by DuckDB. */
export function rowStatements(shared: Shared, faults: Faults): Handler {
  return async (session, sql, binds) => {
    const word = /^\s*([A-Za-z]+)/.exec(sql)?.[1]?.toUpperCase() ?? "";
    const rowset = (answer: Rowset) => ({ rowset: answer });
    switch (word) {
      case "SELECT":
      case "WITH":
        return rowset(toRowset(await session.run(translate(mask(sql)), binds)));
      case "EXPLAIN": {
        const query = /^EXPLAIN USING TEXT\s+(.*)$/s.exec(sql)?.[1];
        if (query === undefined) throw unsupported(sql);
        await session.run(`EXPLAIN ${translate(mask(query))}`, binds);
        return rowset(textRows(["content"], [["GlobalStats: ..."]]));
      }
      case "BEGIN":
        await session.begin();
        return rowset(done());
      case "COMMIT":
      case "ROLLBACK":
        await session.end(word);
        return rowset(done());
      case "INSERT":
      case "UPDATE":
      case "DELETE": {
        const kind = word.toLowerCase() as "insert" | "update" | "delete";
        const table = new RegExp(`^\\s*(?:INSERT INTO|UPDATE|DELETE FROM)\\s+${NAME}`, "i").exec(sql)?.[1];
        if (table === undefined) throw unsupported(sql);
        const text = translate(mask(sql));
        let rows = await session.write(table, kind, () => change(session, text, binds));
        if (rows === 0 && faults.duplicateClaims > 0 && /SET STATE = 'leased'/.test(text)) {
          faults.duplicateClaims--;
          const blind = text.replace(/ AND ATTEMPT = \?.*$/s, " AND STATE = 'leased'");
          rows = await session.write(table, kind, () => change(session, blind, binds.slice(0, -1)));
        }
        return rowset(changed(kind, rows));
      }
      default:
        return define(shared, session, sql);
    }
  };
}

async function change(session: Session, text: string, binds: readonly Bind[]): Promise<number> {
  const count = async (row: readonly Bind[]) => Number((await session.run(text, row)).getRows()[0]?.[0] ?? 0);
  const first = binds[0]?.value;
  if (!Array.isArray(first)) return count(binds);
  let total = 0;
  for (let i = 0; i < first.length; i++)
    total += await count(binds.map(({ type, value }) => ({ type, value: value![i]! })));
  return total;
}

/** Definitions of schemas, tables and views. */
async function define(shared: Shared, session: Session, sql: string): Promise<Answer | undefined> {
  const masked = mask(sql);
  const schema = new RegExp(`^CREATE SCHEMA IF NOT EXISTS ${NAME}$`, "i").exec(sql.trim());
  if (schema !== null) {
    await session.run(`CREATE SCHEMA IF NOT EXISTS ${schema[1]}`);
    await session.run(`USE ${schema[1]}`);
    return { rowset: done() };
  }
  if (/^DROP SCHEMA IF EXISTS \S+ CASCADE$/.test(sql.trim())) {
    await session.run(sql);
    return { rowset: done() };
  }
  const table =
    /^CREATE (HYBRID |TRANSIENT |TEMPORARY )?TABLE (IF NOT EXISTS )?(\S+)\s*(\(.*\)|AS\s.*?)(?: COMMENT = \ue000(\d+)\ue000)?$/is.exec(
      masked.code.trim(),
    );
  if (table !== null) {
    const [, kind = "", exists = "", name, body, comment] = table;
    const target = masked.unmask(name!);
    if (/HYBRID/i.test(kind)) {
      if (!/PRIMARY KEY/i.test(body!)) throw unsupported(sql);
      shared.hybrid.add(objectName(target));
    }
    if (/TEMPORARY/i.test(kind)) session.temporary.add(target);
    const without = body!
      .replace(/,\s*INDEX \S+\s*\([^)]*\)/gi, "")
      .replace(/\bDATA_RETENTION_TIME_IN_DAYS = \d+/gi, "");
    await session.run(`CREATE TABLE ${exists}${target} ${translate({ ...masked, code: without })}`);
    const text = comment === undefined ? "" : masked.literal(Number(comment));
    await session.run(`COMMENT ON TABLE ${target} IS '${new Date().toISOString().replace("Z", "")}|${text}'`);
    return { rowset: done() };
  }
  const view =
    /^CREATE (?:VIEW IF NOT EXISTS|OR REPLACE VIEW) (\S+)(?: COPY GRANTS)?(?: COMMENT = \ue000(\d+)\ue000)?\s+AS\s+(.*)$/is.exec(
      masked.code.trim(),
    );
  if (view !== null) {
    await session.run(
      `CREATE ${/^CREATE OR REPLACE/.test(sql.trim()) ? "OR REPLACE VIEW" : "VIEW IF NOT EXISTS"} ${masked.unmask(view[1]!)} AS ${translate({ ...masked, code: view[3]! })}`,
    );
    if (view[2] !== undefined)
      await session.run(`COMMENT ON VIEW ${masked.unmask(view[1]!)} IS ${masked.unmask(`\ue000${view[2]}\ue000`)}`);
    return { rowset: done() };
  }
  const named = /^ALTER TABLE (\S+) (RENAME TO|SWAP WITH) (\S+)$/.exec(masked.code.trim());
  if (named !== null) {
    const [from, to] = [masked.unmask(named[1]!), masked.unmask(named[3]!)];
    const alone = (name: string) => `"${nameParts(name).at(-1)}"`;
    if (named[2] === "RENAME TO") await session.run(`ALTER TABLE ${from} RENAME TO ${alone(to)}`);
    else {
      const between = `"SWAPPING_${randomUUID()}"`;
      const place = from.slice(0, from.lastIndexOf("."));
      await session.begin();
      await session.run(`ALTER TABLE ${from} RENAME TO ${between}`);
      await session.run(`ALTER TABLE ${to} RENAME TO ${alone(from)}`);
      await session.run(`ALTER TABLE ${place}.${between} RENAME TO ${alone(to)}`);
      await session.end("COMMIT");
    }
    for (const name of [from, to]) {
      const key = objectName(name);
      shared.changes.set(key, (shared.changes.get(key) ?? 0) + 1);
    }
    return { rowset: done() };
  }
  if (
    /^DROP TABLE IF EXISTS \S+$/i.test(masked.code.trim()) ||
    /^ALTER TABLE \S+ ADD COLUMN IF NOT EXISTS \S+ \w+$/i.test(masked.code.trim())
  ) {
    await session.run(translate(masked));
    return { rowset: done() };
  }
  if (/^ALTER SESSION SET /i.test(sql)) {
    for (const [, name, value] of sql.slice(18).matchAll(/(\w+)\s*=\s*('(?:[^']|'')*'|\w+)/g))
      session.parameters.set(name!.toUpperCase(), value!);
    return { rowset: done() };
  }
  return undefined;
}

/** Returns the time of the last change of a table; for a view, of any table. */
export function changeTokens(shared: Shared): Handler {
  return async (session, sql) => {
    const match = /^SELECT SYSTEM\$LAST_CHANGE_COMMIT_TIME\('((?:[^']|'')*)'\)$/.exec(sql.trim());
    if (match === null) return undefined;
    const name = objectName(match[1]!.replaceAll("''", "'"));
    // No page promises it for external tables, and it is refused for what the role does not own a secure view of.
    if (shared.unversioned.has(name))
      throw new SqlFailure(
        "001044",
        "42P13",
        `SQL compilation error: invalid argument '${name}' for LAST_CHANGE_COMMIT_TIME`,
      );
    const [database, schema, table] = name.split(".");
    const reader = await session.run(
      `SELECT table_type FROM information_schema.tables WHERE table_catalog = '${database}' AND upper(table_schema) = '${schema}' AND table_name = '${table}'`,
    );
    if (reader.getRows().length === 0) throw missing("Object", name);
    const view = reader.getRows()[0]![0] === "VIEW";
    const count = view ? [...shared.changes.values()].reduce((a, b) => a + b, 0) : (shared.changes.get(name) ?? 0);
    const rowtype = [{ name: "TOKEN", type: "fixed", nullable: true, scale: 0, precision: 38 }];
    return { rowset: { ...textRows(["TOKEN"], [[String(count)]]), rowtype } };
  };
}

/** Files of stages: PUT, GET, LIST, REMOVE, and COPY to and from tables. */
export function stageStatements(stages: Stages): Handler {
  return async (session, sql) => {
    const text = sql.trim();
    const masked = mask(text);
    const literal = (n: string | undefined) => masked.literal(Number(n));
    const create = new RegExp(
      `^CREATE STAGE IF NOT EXISTS ${NAME} ENCRYPTION = \\(TYPE = 'SNOWFLAKE_SSE'\\) DIRECTORY = \\(ENABLE = TRUE\\)$`,
    ).exec(text);
    if (create !== null) {
      stages.create(objectName(create[1]!));
      return { rowset: done() };
    }
    const put = /^PUT \ue000(\d+)\ue000 \ue000(\d+)\ue000 AUTO_COMPRESS = FALSE OVERWRITE = TRUE$/.exec(masked.code);
    if (put !== null) {
      const { folder, relative } = stages.resolve(literal(put[2]));
      stages.putting(path.join(folder, relative, basename(literal(put[1]))));
      const transfer = {
        command: "UPLOAD",
        src_locations: [literal(put[1]).replace(/^file:\/\//, "")],
        overwrite: true,
      } as const;
      return { transfer: { ...transfer, stageLocation: `${folder}/${relative}` } };
    }
    const get = /^GET \ue000(\d+)\ue000 \ue000(\d+)\ue000$/.exec(masked.code);
    if (get !== null) {
      const { relative } = stages.resolve(literal(get[1]));
      const files = (await stages.list(literal(get[1]))).filter((file) => file.relative === relative);
      const location = files[0] === undefined ? stages.resolve(literal(get[1])).folder : dirname(files[0].file);
      const localLocation = literal(get[2]).replace(/^file:\/\//, "");
      const names = files.map(({ file }) => basename(file));
      return {
        transfer: {
          command: "DOWNLOAD",
          src_locations: names,
          localLocation,
          stageLocation: location,
          overwrite: true,
        },
      };
    }
    const list = /^LIST \ue000(\d+)\ue000$/.exec(masked.code);
    if (list !== null) {
      const files = await stages.list(literal(list[1]));
      const rows = files.map(({ name, size, modified }) => [name, String(size), "", modified.toUTCString()]);
      return { rowset: textRows(["name", "size", "md5", "last_modified"], rows) };
    }
    const remove = /^REMOVE \ue000(\d+)\ue000$/.exec(masked.code);
    if (remove !== null) {
      const removed = await stages.remove(literal(remove[1]));
      return {
        rowset: textRows(
          ["name", "result"],
          removed.map((name) => [name, "removed"]),
        ),
      };
    }
    if (/^COPY INTO \ue000/.test(masked.code)) return { rowset: await unload(session, stages, text) };
    if (/^COPY INTO /.test(masked.code)) return { rowset: await load(session, stages, text) };
    return undefined;
  };
}
