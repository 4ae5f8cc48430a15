import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { missing, SqlFailure, unsupported } from "./failure.ts";
import { mask } from "./masked.ts";
import { changed, type Rowset, textRows } from "./rowset.ts";
import type { Session } from "./session.ts";
import type { Stages } from "./stages.ts";
import { translate } from "./translate.ts";

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/**
 * Executes `COPY INTO '@location' FROM (query) [PARTITION BY (expression)] FILE_FORMAT = (TYPE = PARQUET) … HEADER =
 * TRUE`.
 */
export async function unload(session: Session, stages: Stages, sql: string): Promise<Rowset> {
  const masked = mask(sql);
  const match =
    /^COPY INTO \ue000(\d+)\ue000\s+FROM \((.*?)\)(?:\s+PARTITION BY \((.*)\))?\s+FILE_FORMAT = \(TYPE = PARQUET\)((?: (?:SINGLE|OVERWRITE) = TRUE| MAX_FILE_SIZE = \d+)*) HEADER = TRUE$/s.exec(
      masked.code.trim(),
    );
  if (match === null) throw unsupported(sql);
  const [, at, query, partition, options] = match;
  const location = masked.literal(Number(at));
  const { folder, relative } = stages.resolve(location);
  const single = /SINGLE = TRUE/.test(options!);
  if (single === (partition !== undefined)) throw unsupported(sql);
  const table = `unload_${randomUUID().replaceAll("-", "")}`;
  await session.run(`CREATE TEMP TABLE ${table} AS ${translate({ ...masked, code: query! })}`);
  try {
    if (single) {
      stages.putting(path.join(folder, relative));
      await mkdir(path.dirname(path.join(folder, relative)), { recursive: true });
      await session.run(
        `COPY ${table} TO ${literal(path.join(folder, relative))} (FORMAT parquet, COMPRESSION snappy)`,
      );
    } else {
      const expression = translate({ ...masked, code: partition! });
      const reader = await session.run(`SELECT DISTINCT CAST(${expression} AS VARCHAR) FROM ${table}`);
      for (const [value] of reader.getRows() as [string][]) {
        const inside = path.join(folder, relative, value);
        await mkdir(inside, { recursive: true });
        const file = path.join(inside, `data_${randomUUID()}_0_0_0.snappy.parquet`);
        stages.putting(file);
        await session.run(
          `COPY (SELECT * FROM ${table} WHERE CAST(${expression} AS VARCHAR) = ${literal(value)}) TO ${literal(file)} (FORMAT parquet, COMPRESSION snappy)`,
        );
      }
    }
    const counted = await session.run(`SELECT count(*) FROM ${table}`);
    return textRows(["rows_unloaded", "input_bytes", "output_bytes"], [[String(counted.getRows()[0]![0]), "0", "0"]]);
  } finally {
    await session.run(`DROP TABLE ${table}`);
  }
}

/**
 * Executes `COPY INTO table (columns) FROM (SELECT … FROM '@location/') FILES = (…) FILE_FORMAT = (TYPE = PARQUET)
 * FORCE = TRUE`.
 */
export async function load(session: Session, stages: Stages, sql: string): Promise<Rowset> {
  const masked = mask(sql);
  const match =
    /^COPY INTO ([^\s(\ue000]+) \(([^()]*)\)\s+FROM \(SELECT (.*) FROM \ue000(\d+)\ue000\)\s+FILES = \(([^()]*)\)\s+FILE_FORMAT = \(TYPE = PARQUET\) FORCE = TRUE$/s.exec(
      masked.code.trim(),
    );
  if (match === null) throw unsupported(sql);
  const [, table, columns, selected, at, listed] = match;
  const location = masked.literal(Number(at));
  const names = [...listed!.matchAll(/\ue000(\d+)\ue000/g)].map(([, n]) => masked.literal(Number(n)));
  if (names.length === 0 || names.length > 1000)
    throw new SqlFailure(
      "001003",
      "42000",
      `SQL compilation error: FILES lists ${names.length} files; 1 to 1000 are allowed`,
    );
  const { folder } = stages.resolve(location);
  const there = new Set((await stages.list(location)).map(({ file }) => file));
  const prefix = stages.resolve(location).relative;
  const files = names.map((name) => path.join(folder, `${prefix}${name}`));
  for (const file of files) if (!there.has(file)) throw missing("Remote file", file);
  const expressions = translate({ ...masked, code: selected!.replace(/\$1:(\ue001\d+\ue001)/g, "$1") }).replaceAll(
    "METADATA$FILENAME",
    `substr(filename, ${folder.length + 2})`,
  );
  const from = `read_parquet([${files.map(literal).join(", ")}], filename = true, union_by_name = true, hive_partitioning = false)`;
  const target = masked.unmask(table!);
  const result = await session.write(target, "insert", () =>
    session.run(`INSERT INTO ${target} (${masked.unmask(columns!)}) SELECT ${expressions} FROM ${from}`),
  );
  return { ...changed("insert", Number(result.getRows()[0]?.[0] ?? 0)), statementTypeId: 0x3700 };
}
