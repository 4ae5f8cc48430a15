/**
 * Has others than this project judge the statements that the Snowflake engine sends: `npm run test:snowflake-sql`. `fakesnow`
 * of PyPI executes those of queue, roster, catalog and registry in the suites that every engine passes
 * (`test/snowflake/fakesnow.test.ts`); and every statement is parsed by `sqlglot`, dialect snowflake. What that parser does not know is on the list below, each with the page of Snowflake's documentation
 * that has its syntax. A statement that is not parsed and not on the list fails, and so does an entry that is not needed.
 *
 * It is skipped, saying so, where there is no Python, or PyPI is not reachable.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { pypi } from "./pypi.js";
import { STATEMENTS } from "./snowflake-statements.js";

const PACKAGE = "sqlglot==30.22.0";
const FAKE = ["fakesnow==0.12.1", "snowflake-connector-python==3.17.4", PACKAGE];

/** Statements that are kept whole by the parser, and the page of docs.snowflake.com/en/sql-reference/sql that has each. */
const UNKNOWN = [
  [/^CREATE IMAGE REPOSITORY /, "create-image-repository"],
  [/^CREATE COMPUTE POOL /, "create-compute-pool"],
  [/^CREATE TASK /, "create-task"],
  [/^ALTER TASK /, "alter-task"],
  [/^EXECUTE TASK /, "execute-task"],
  [/^DROP TASK /, "drop-task"],
  [/^EXECUTE JOB SERVICE /, "execute-job-service"],
  [/^DROP SERVICE /, "drop-service"],
  [/^ALTER MODEL /, "alter-model"],
  [/^DROP MODEL /, "drop-model"],
  [/^CALL /, "call"],
  [/^REMOVE /, "remove"],
  [/^SHOW SERVICE CONTAINERS /, "show-service-containers-in-service"],
  [/^SHOW SERVICES /, "show-services"],
  [/^SHOW GRANTS /, "show-grants"],
  [/^SHOW HYBRID TABLES /, "show-hybrid-tables"],
  [/^SHOW COMPUTE POOLS /, "show-compute-pools"],
  [/^SHOW IMAGES /, "show-images-in-image-repository"],
  [/^SHOW TASKS /, "show-tasks"],
  [/^SHOW USER FUNCTIONS /, "show-user-functions"],
  [/^SHOW MODELS /, "show-models"],
  [/^SHOW VERSIONS /, "show-versions-in-model"],
];

/** What of a statement the parser can be given: the rest around it is the account's own. */
function known(text) {
  return (
    text
      // A hybrid table is defined as any other, but for its word and its indexes (create-hybrid-table).
      .replace(/^CREATE HYBRID TABLE (.*?)(?:,\s+INDEX \w+ \([^()]*\))?\)$/s, "CREATE TABLE $1)")
      .replace(/^EXPLAIN USING TEXT /, "")
      .replace(/^EXECUTE INFERENCE JOB SERVICE .*?\n\s+FROM \((.*)\)\n\s+MODEL = [\s\S]*$/s, "$1")
      // The parser has no casts of bound values.
      .replace(/\?(?=::)/g, "NULL")
  );
}

const { bin, missing } = pypi(...FAKE);
if (missing !== undefined) {
  console.log(`skipped: ${FAKE.join(", ")} cannot be installed: ${missing}`);
  process.exit(0);
}
const judge = fileURLToPath(new URL("snowflake_judges.py", import.meta.url));
const { stdout, stderr, status } = spawnSync(path.join(bin, "python"), [judge], {
  input: JSON.stringify(STATEMENTS.map(({ text }) => known(text))),
  encoding: "utf8",
});
if (status !== 0) throw new Error(stderr);
const verdicts = JSON.parse(stdout);

const needed = new Set();
const problems = [];
const counts = { parsed: 0, listed: 0 };
for (const [i, { phase, name, text }] of STATEMENTS.entries()) {
  if (verdicts[i] === "parsed") counts.parsed++;
  else {
    const entry = UNKNOWN.find(([pattern]) => pattern.test(text));
    if (entry === undefined) problems.push(`${phase}, ${name}: ${verdicts[i]}: ${text.slice(0, 200)}`);
    else {
      counts.listed++;
      needed.add(entry);
    }
  }
}
for (const entry of UNKNOWN) if (!needed.has(entry)) problems.push(`${entry[0]} is on the list, and not needed`);
for (const problem of problems) console.log(`FAILED  ${problem}`);
console.log(
  `${STATEMENTS.length} statements: ${counts.parsed} parsed by ${PACKAGE}, ${counts.listed} on the reviewed list, ${problems.length} problems`,
);
const vitest = fileURLToPath(new URL("../node_modules/.bin/vitest", import.meta.url));
const executed = spawnSync(vitest, ["run", "test/snowflake/fakesnow.test.ts"], {
  env: { ...process.env, MANYMODEL_FAKESNOW: path.join(bin, "python") },
  stdio: "inherit",
});
process.exit(problems.length === 0 && executed.status === 0 ? 0 : 1);
