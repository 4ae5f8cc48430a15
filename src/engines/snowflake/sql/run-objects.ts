import { literal, plain } from "../literal.ts";
import { type Names, OWN } from "../names.ts";

/** Returns the comment of a task or service: its owner and its run. */
export const runComment = (run: string) => JSON.stringify({ app: "manymodel", run });

/** Returns statements that find and remove what was made for runs. Names are those that an account lists. */
export function runObjectStatements(names: Names) {
  const like = (begin: string) => `LIKE ${literal(`${begin.replaceAll("_", "\\_")}%`)} IN SCHEMA ${names.schema}`;
  return {
    tasks: `SHOW TASKS ${like(OWN)}`,
    services: `SHOW SERVICES IN SCHEMA ${names.schema}`,
    functions: `SHOW USER FUNCTIONS ${like(OWN)}`,
    dropTask: (name: string) => `DROP TASK IF EXISTS ${names.of(name)}`,
    suspendTask: (name: string) => `ALTER TASK IF EXISTS ${names.of(name)} SUSPEND`,
    dropService: (name: string) => `DROP SERVICE IF EXISTS ${names.schema}.${plain(name)}`,
    /** @param types - of its arguments, as the account lists them */
    dropFunction: (name: string, types: string) => `DROP FUNCTION IF EXISTS ${names.of(name)}(${types})`,
  };
}
