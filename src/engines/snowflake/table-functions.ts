import { createHash } from "node:crypto";
import { ManymodelError } from "../../core/errors.ts";
import type { Stage } from "../../ports/stage.ts";
import type { TableFunctions } from "../../ports/table-functions.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { readRecord } from "./snapshot.ts";
import { tableFunctionStatements } from "./sql/table-functions.ts";

/** Table functions in a warehouse. A function is made once, under the hash of its text, and never changed. */
export function snowflakeTableFunctions(session: Session, names: Names, stage: Stage): TableFunctions {
  const sql = tableFunctionStatements(names);
  const made = new Map<string, Promise<unknown>>();
  const tables = new Map<string, string>();
  return {
    async fit({ id, columns }, body, partitions) {
      const sha256 = createHash("sha256").update(body).digest("hex");
      const creating = made.get(sha256) ?? session.rows(sql.create(sha256, columns, body));
      made.set(sha256, creating);
      creating.catch(() => made.delete(sha256));
      await creating;
      const table = tables.get(id) ?? (await readRecord(stage, id))?.files.table;
      if (table === undefined)
        throw new ManymodelError("not-found", `snapshot ${id} is not on the stage any more; plan again`);
      tables.set(id, table);
      const asked = partitions.map(({ ordinal, partitionKey }) => [ordinal, partitionKey]);
      const rows = await session.rows(sql.fit(sha256, table, columns), [JSON.stringify(asked)]);
      return new Map(rows.map(([p, outcome]) => [Number(p), outcome as string]));
    },
  };
}
