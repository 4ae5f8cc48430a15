import { RUN_STATES, type RunState } from "../../../core/states.ts";
import { literal } from "../literal.ts";
import type { Names } from "../names.ts";
import { TABLES } from "./setup.ts";

/** Returns statements of the catalog of runs, and the lock under which what must be unique is added. */
export function catalogStatements(names: Names) {
  const runs = names.of(TABLES.runs);
  const columns = "RUN_ID, STATE, CREATED_AT, ENDED_AT, MANIFEST, IDX, ERROR";
  return {
    /** An update of a standard table holds it to the end of the transaction: changes come one after another. */
    lock: `UPDATE ${names.of(TABLES.lock)} SET HOLDER = ?`,
    create: `INSERT INTO ${runs} (RUN_ID, STATE, CREATED_AT, RECORDED_AT) SELECT ?, 'planning', ?, SYSDATE()
      WHERE NOT EXISTS (SELECT 1 FROM ${runs} WHERE RUN_ID = ?)`,
    move: (
      from: readonly RunState[],
    ) => `UPDATE ${runs} SET STATE = ?, MANIFEST = COALESCE(?, MANIFEST), IDX = COALESCE(?, IDX), ERROR = ?,
      ENDED_AT = COALESCE(?, ENDED_AT) WHERE RUN_ID = ? AND STATE IN (${RUN_STATES.filter((state) =>
        from.includes(state),
      )
        .map(literal)
        .join(", ")})`,
    run: `SELECT ${columns} FROM ${runs} WHERE RUN_ID = ?`,
    runs: `SELECT ${columns} FROM ${runs} ORDER BY CREATED_AT DESC, RECORDED_AT DESC`,
    runsIn: `SELECT ${columns} FROM ${runs} WHERE STATE = ? ORDER BY CREATED_AT DESC, RECORDED_AT DESC`,
    remove: `DELETE FROM ${runs} WHERE RUN_ID = ?`,
  };
}
