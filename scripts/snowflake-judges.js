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
/** The packages that run the app and the notebooks. */
const APP = ["streamlit==1.50.0", "nbformat==5.10.4", "pandas==2.3.3"];
/** Snowflake's own client for tasks. */
const CLIENT = "snowflake.core==1.14.0";
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
  [/^CREATE SERVICE /, "create-service"],
  [/^ALTER SERVICE /, "alter-service"],
  [/^DROP SERVICE /, "drop-service"],
  [/^GRANT SERVICE ROLE /, "grant-service-role"],
  [/^SHOW ENDPOINTS /, "show-endpoints"],
  [/^ALTER (SCHEMA|COMPUTE POOL) /, "alter-schema, alter-compute-pool"],
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

/** Returns the part of a statement that the parser can read; the text around it is the account's own. */
function parsable(text) {
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
  input: JSON.stringify(STATEMENTS.map(({ text }) => parsable(text))),
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
problems.push(...differingGraphs());
for (const problem of problems.filter((one) => /graph/.test(one))) console.log(`FAILED  ${problem}`);

const app = pypi(...APP);
if (app.missing !== undefined) console.log(`skipped: ${APP.join(", ")} cannot be installed: ${app.missing}`);
const excerpt =
  app.missing === undefined
    ? spawnSync(vitest, ["run", "test/snowflake/app.test.ts", "--testTimeout=300000"], {
        env: { ...process.env, MANYMODEL_STREAMLIT: path.join(app.bin, "python") },
        stdio: "inherit",
      })
    : { status: 0 };
process.exit(problems.length === 0 && executed.status === 0 && excerpt.status === 0 ? 0 : 1);

/** Compares task graphs with those that Snowflake's own client makes for the same tasks, call by call. */
function differingGraphs() {
  const client = pypi(CLIENT);
  if (client.missing !== undefined) {
    console.log(`skipped: ${CLIENT} cannot be installed: ${client.missing}`);
    return [];
  }
  const graphs = [
    ["jobs", ["graph", "start"]],
    ["schedule", ["schedule by both"]],
  ].map(([phase, names]) => {
    const texts = STATEMENTS.filter((one) => one.phase === phase && names.includes(one.name)).map(({ text }) => text);
    return calls(texts);
  });
  const requests = graphs.map(({ made }) => {
    const [[, root, first], ...children] = made.filter(([verb]) => verb === "create");
    const cron = first.schedule?.split(" ");
    const { timeout, size } = first;
    return {
      ...{ root, timeout, size, when: first.when, error: first.error },
      ...(cron && { schedule: [cron.slice(0, 5).join(" "), cron[5]] }),
      children: children.map(([, name]) => name),
      finalizer: children.find(([, , { finalize }]) => finalize !== null)?.[1] ?? null,
      task: { user_task_timeout_ms: timeout, user_task_managed_initial_warehouse_size: size },
    };
  });
  const graph = fileURLToPath(new URL("snowflake_core_graph.py", import.meta.url));
  const { stdout, stderr, status } = spawnSync(path.join(client.bin, "python"), [graph], {
    input: JSON.stringify(requests),
    encoding: "utf8",
  });
  if (status !== 0) return [`graphs: ${stderr}`];
  return JSON.parse(stdout).flatMap((theirs, i) => {
    const [mine, other] = [graphs[i].made, theirs].map((list) => JSON.stringify(ordered(list)));
    console.log(`task graph of ${requests[i].root}: ${theirs.length} calls of ${CLIENT}`);
    return mine === other ? [] : [`graph ${requests[i].root}: ours ${mine}; ${CLIENT}'s ${other}`];
  });
}

/** Reads statements about tasks as calls of a client. */
function calls(texts) {
  const last = (name) => name?.split(/[.$]/).at(-1).replaceAll('"', "") ?? null;
  const of = (text, pattern) => pattern.exec(text)?.[1] ?? null;
  const objects = texts.flatMap((text) => {
    const [, verb, name] = /^(CREATE TASK IF NOT EXISTS|ALTER TASK|EXECUTE TASK) (\S+)/.exec(text) ?? [];
    if (verb === "EXECUTE TASK") return [["execute", last(name)]];
    if (verb === "ALTER TASK") return /RESUME$/.test(text) && name !== "IF" ? [["resume", last(name)]] : [];
    if (verb === undefined) return [];
    const head = text.slice(0, text.search(/\sAS\s/));
    const after = of(head, / AFTER (\S+)/);
    const fields = {
      after: after === null ? [] : [last(after)],
      finalize: last(of(head, / FINALIZE = (\S+)/) ?? undefined),
      schedule: of(head, / SCHEDULE = 'USING CRON ([^']*)'/),
      when: of(head, / WHEN (.*)$/),
      error: last(of(head, / ERROR_INTEGRATION = (\S+)/) ?? undefined),
      timeout: Number(of(head, /USER_TASK_TIMEOUT_MS = (\d+)/)),
      size: of(head, /USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE = '(\w+)'/),
    };
    return [["create", last(name), fields]];
  });
  return { made: objects };
}

/**
 * Calls in one order, as far as the order does not matter: children are created after the root and resumed after they are
 * created, the root is resumed last if it is at all. The client gives a root no size, and names a child after its root.
 */
function ordered(list) {
  const root = list[0][1];
  const short = (name) => (name === null ? null : (name.split("$").at(-1) ?? name));
  const place = ([verb, name]) =>
    ["create", "resume", "execute"].indexOf(verb) + (name === root ? 0.5 : 0) * (verb === "create" ? -1 : 1);
  return list
    .map(([verb, name, fields]) =>
      fields === undefined
        ? [verb, short(name)]
        : [
            verb,
            short(name),
            {
              ...fields,
              after: fields.after.map(short),
              finalize: short(fields.finalize),
              size: name === root ? null : fields.size,
            },
          ],
    )
    .sort((a, b) => place(a) - place(b) || a[1].localeCompare(b[1]));
}
