import type { Names } from "../names.ts";
import { TABLES } from "./setup.ts";

/** Returns statements of the roster of workers. */
export function rosterStatements(names: Names) {
  const workers = names.of(TABLES.workers);
  return {
    forget: `DELETE FROM ${workers} WHERE ALIVE_UNTIL <= SYSDATE()`,
    join: `INSERT INTO ${workers} (NAME, RUN_ID, STARTED_AT, ALIVE_UNTIL, STOPPING)
      SELECT ?, ?, SYSDATE(), DATEADD('millisecond', ?, SYSDATE()), FALSE WHERE NOT EXISTS (SELECT 1 FROM ${workers} WHERE NAME = ?)`,
    beat: `UPDATE ${workers} SET ALIVE_UNTIL = DATEADD('millisecond', ?, SYSDATE()) WHERE NAME = ? AND ALIVE_UNTIL > SYSDATE()`,
    stopping: `SELECT STOPPING FROM ${workers} WHERE NAME = ?`,
    leave: `DELETE FROM ${workers} WHERE NAME = ?`,
    stop: `UPDATE ${workers} SET STOPPING = TRUE WHERE ALIVE_UNTIL > SYSDATE()
      AND NAME IN (SELECT f.VALUE::VARCHAR FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) f)`,
    alive: `SELECT NAME, RUN_ID, DATEDIFF('millisecond', '1970-01-01'::TIMESTAMP_NTZ, STARTED_AT), STOPPING FROM ${workers}
      WHERE ALIVE_UNTIL > SYSDATE() ORDER BY STARTED_AT, NAME`,
  };
}
