import { createHash, randomBytes } from "node:crypto";
import { ManymodelError } from "../../core/errors.ts";
import type { SnowflakeAddress } from "../../core/snowflake-address.ts";
import type { Stage } from "../../ports/stage.ts";
import type { PredictedStatus, TableFunctions } from "../../ports/table-functions.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { readRecord } from "./snapshot.ts";
import { findSource } from "./source.ts";
import { type PredictSources, tableFunctionStatements } from "./sql/table-functions.ts";
import { partPath } from "./tables.ts";

/**
 * Returns the table functions in a warehouse. A function is made once, under the hash of its text, and never changed.
 */
export function snowflakeTableFunctions(
  session: Session,
  names: Names,
  stage: Stage,
  { compute, scoring }: Pick<SnowflakeAddress, "compute" | "scoring">,
): TableFunctions {
  const sql = tableFunctionStatements(names);
  const creations = new Map<string, Promise<unknown>>();
  const tables = new Map<string, string>();
  /** Makes a function, once; the hash that it is named by. */
  const make = async (statement: (sha256: string) => string): Promise<string> => {
    const sha256 = createHash("sha256").update(statement("")).digest("hex");
    const creating = creations.get(sha256) ?? session.rows(statement(sha256));
    creations.set(sha256, creating);
    creating.catch(() => creations.delete(sha256));
    await creating;
    return sha256;
  };
  const tableOf = async ({ id }: { readonly id: string }): Promise<string> => {
    const table = tables.get(id) ?? (await readRecord(stage, id))?.files.table;
    if (table === undefined)
      throw new ManymodelError("not-found", `snapshot ${id} is not on the stage any more; plan again`);
    tables.set(id, table);
    return table;
  };
  return {
    trains: compute === "warehouse",
    scores: scoring === "warehouse" ? "always" : scoring === "auto" ? "where possible" : "never",
    async fit(snapshot, body, partitions) {
      const { columns } = snapshot;
      const sha256 = await make((name) => sql.create(name, columns, body));
      const parameters = partitions.map(({ ordinal, partitionKey }) => [ordinal, partitionKey]);
      const rows = await session.rows(sql.fit(sha256, await tableOf(snapshot), columns), [JSON.stringify(parameters)]);
      return new Map(rows.map(([p, outcome]) => [Number(p), outcome as string]));
    },
    async stored(runId, { path }) {
      const rows = await session.rows(sql.stored, [runId, path]);
      return rows.map(([partitionKey, hasModel, errorType, errorMessage]) => ({
        partitionKey: partitionKey as string,
        hasModel: hasModel as boolean,
        errorType: errorType as string | null,
        errorMessage: errorMessage as string | null,
      }));
    },
    async openPart({ body, plan, runId, segment, snapshot, future, outputTable, columns: output, kept }) {
      const columns = { input: snapshot.columns, future: future?.columns ?? null, output };
      const sha256 = await make((name) => sql.createPredict(name, columns, body));
      const before = kept === null ? undefined : await findSource(session, names, outputTable);
      const standing = before?.columns.some(({ name }) => name === "FINGERPRINT") ? kept : null;
      const sources: PredictSources = {
        ...columns,
        snapshot: await tableOf(snapshot),
        futureSnapshot: future && (await tableOf(future)),
        kept: standing === null ? null : outputTable,
      };
      const id = randomBytes(12).toString("hex");
      await session.rows(sql.createScored(id, output));
      return {
        async predict(partitions) {
          const parameters = partitions.map(({ ordinal, partitionKey, future: ahead }) => [
            ordinal,
            partitionKey,
            ahead,
          ]);
          const binds = [
            JSON.stringify(parameters),
            plan,
            runId,
            segment.path,
            ...(standing === null ? [] : [standing]),
          ];
          await session.change(sql.predict(sha256, id, sources), binds);
        },
        async statuses() {
          const rows = await session.rows(sql.statuses(id));
          // A forecast that stops early has a row with the reason: the partition's status is that of its forecast.
          const statuses = new Map<number, PredictedStatus>();
          for (const [p, isKept, status] of rows) {
            const other = statuses.get(Number(p));
            const predicted = { status: status as string, kept: isKept as boolean };
            if (other === undefined) statuses.set(Number(p), predicted);
            else statuses.set(Number(p), { ...(predicted.status === "ERROR" ? other : predicted), shortened: true });
          }
          return statuses;
        },
        async store() {
          const file = partPath(outputTable, id);
          const rows = Number((await session.rows(sql.storeScored(id, output, file)))[0]?.[0] ?? 0);
          return { id, rows, columns: output };
        },
        async drop() {
          await session.rows(sql.dropScored(id));
        },
      };
    },
  };
}
