/**
 * Makes every statement that the Snowflake engine can send, by the functions that make them, with sample names and
 * values: what `docs/snowflake-sql.md` lists and the tests look at. Each has its phase, its name, and its text.
 */
const from = (name) => import(new URL(`../dist/engines/snowflake/${name}.js`, import.meta.url).href);
const [
  names,
  session,
  setup,
  queue,
  catalog,
  roster,
  versions,
  stage,
  tables,
  snapshot,
  jobs,
  functions,
  objects,
  models,
  inference,
  imports,
  account,
  views,
  schedule,
  services,
] = await Promise.all(
  [
    "names",
    ...[
      "session",
      "setup",
      "queue",
      "catalog",
      "roster",
      "versions",
      "stage",
      "tables",
      "snapshot",
      "jobs",
      "table-functions",
      "run-objects",
      "models",
      "inference",
      "import",
      "account",
      "result-views",
      "schedule",
      "services",
    ].map((name) => `sql/${name}`),
  ].map(from),
);

const address = {
  engine: "snowflake",
  account: "MYORG-LAB",
  role: "LAB_ROLE",
  warehouse: "LAB_WH",
  database: "LAB",
  schema: "MM",
  stage: "MM_STAGE",
  queueTable: "MM_CHUNKS",
  hybridTables: true,
  compute: "service",
};
const service = {
  computePool: "LAB_POOL",
  image: "/lab/mm/mm_images/manymodel:1",
  replicas: 4,
  instanceFamily: "CPU_X64_S",
  maxNodes: 8,
  cpu: 2,
  memory: "8Gi",
};
const workspace = names.workspaceNames(address);
const columns = [
  { name: "UNIT_ID", type: "string" },
  { name: "OBS_DATE", type: "date" },
  { name: "Y", type: "number" },
];
const selected = {
  from: '"LAB"."DATA"."SERIES_EVENTS"',
  keys: [{ name: "UNIT_ID", type: "string" }],
  columns,
  order: ["OBS_DATE"],
};
const scoring = {
  input: columns,
  future: [columns[1], { name: "PROMO", type: "boolean" }],
  output: [
    { name: "UNIT_ID", type: "string" },
    { name: "OBS_DATE", type: "date" },
    { name: "STEP", type: "integer" },
    { name: "FORECAST", type: "number" },
    { name: "STATUS", type: "string" },
  ],
};
const [hash, part] = ["0123456789abcdef0123456789abcdef", "runs/RUN/chunks/0001/1/segment.parquet"];
const spec = (...args) => jobs.specification(workspace, service, { args });
const job = jobs.jobStatements(workspace, address, service);

const exposed = [{ name: "UNIT_ID", type: "string", field: "UNIT_ID" }];
const imported = columns.map(({ name }, i) => ({ name, sqlType: ["VARCHAR", "DATE", "DOUBLE"][i], field: `c${i}` }));

const published = { table: "FORECAST_RESULTS", owner: hash, columns };

const reaching = { ...service, logLevel: "ERROR", externalAccess: ["WEBHOOKS"] };
const SCHEDULES = {
  cron: [{ name: "NIGHT", cron: "30 2 * * * Europe/Berlin", errorIntegration: "ON_FAILURE" }, service],
  stream: [{ name: "NIGHT", stream: "DATA.SALES_CHANGES" }, reaching],
  both: [{ name: "NIGHT", cron: "30 2 * * * Europe/Berlin", stream: "DATA.SALES_CHANGES" }, service],
};
const long = services.serviceStatements(workspace, { ...address, serveRoles: ["SHOPS"] }, reaching);

/** Arguments for the statements that are made by functions. */
const FORECAST_COLUMNS = [
  "MODEL_NAME",
  "MODEL_VERSION",
  ...columns.map(({ name }) => name),
  "PARTITION_KEY",
  "OBS_DATE",
  "STEP",
  "FORECAST",
  "STATUS",
].map((name) => ({ name, type: name === "OBS_DATE" ? "date" : "string" }));
const ARGUMENTS = {
  queue: { release: [8] },
  catalog: { move: [["running"]] },
  versions: { audit: [100], auditOf: [100] },
  stage: {
    put: ["/tmp/manymodel-1/segment.parquet", "runs/RUN/chunks/0001/1/"],
    get: [part, "/tmp/manymodel-2"],
    list: ["runs/RUN/"],
    remove: ["runs/RUN/"],
  },
  tables: {
    columns: ['"LAB"'],
    create: ["FORECAST_RESULTS", columns],
    addColumn: ["FORECAST_RESULTS", columns[2]],
    disown: ["FORECAST_RESULTS"],
    load: ["FORECAST_RESULTS", columns, hash, "tables/FORECAST_RESULTS/", ["0.parquet", "1.parquet"]],
    unloadPublished: [published, "tables/FORECAST_RESULTS/ID.parquet"],
    carry: [
      published,
      { column: "UNIT_ID", set: { UNIT_ID: "1" } },
      { id: "ID", file: "tables/FORECAST_RESULTS/ID.parquet" },
    ],
    addKey: ["KEY string UNIT_ID", "VARCHAR"],
    expose: ["RUN", exposed, [part]],
    exposeSelected: [exposed],
    explain: ["SELECT 1"],
  },
  snapshot: {
    content: [selected],
    changeToken: [selected.from],
    pin: ["ID", selected],
    select: ["ID", `SELECT * FROM ${selected.from} WHERE ("STORE" = 'A'\n)`],
    dropSelected: ["ID"],
    times: ["ID", 200, 1, 2],
    counts: ["ID", 200, 1],
    count: ["ID"],
    countByEnd: ["ID"],
    unloadKeys: ["ID", 1, "snapshots/ID/keys.parquet"],
    unloadRows: ["ID", 3, "snapshots/ID/rows/", 200],
    drop: ["ID"],
  },
  jobs: {
    execute: ["MM_RUN_1", '{"app":"manymodel","run":"RUN"}', spec("worker", "--run", "RUN")],
    logs: ["MM_RUN_1", 0],
    containers: ["MM_RUN_1"],
    services: ["MM_RUN"],
    graph: ["MM_RUN", '{"app":"manymodel","run":"RUN"}', spec("worker", "--run", "RUN"), spec("index", "RUN")],
    history: ["MM_RUN"],
    start: ["MM_RUN"],
    retry: ["MM_RUN"],
  },
  import: {
    create: ["MM_IMPORT_0123456789ABCDEF", imported],
    load: ["MM_IMPORT_0123456789ABCDEF", imported, "imports/", "MM_IMPORT_0123456789ABCDEF.parquet"],
    removeReplaced: [workspace.of("SALES"), "MM_IMPORT_0123456789ABCDEF", ["UNIT_ID", "OBS_DATE"]],
    addRows: [workspace.of("SALES"), "MM_IMPORT_0123456789ABCDEF", imported],
    rename: ["MM_IMPORT_0123456789ABCDEF", "SALES"],
    swap: ["MM_IMPORT_0123456789ABCDEF", "SALES"],
    drop: ["MM_IMPORT_0123456789ABCDEF"],
  },
  account: {
    grants: ["LAB_ROLE"],
    hybridTables: ["MM_CHUNKS"],
    warehouses: ["LAB_WH"],
    computePools: ["LAB_POOL"],
    images: [{ name: ["LAB", "MM", "MM_IMAGES"], image: "manymodel:1" }],
  },
  "run objects": {
    suspendTask: ["MM_RUN_ROOT"],
    dropTask: ["MM_RUN_TRAIN"],
    dropService: ["MM_RUN_1"],
    dropFunction: ["MM_FIT_0123456789ABCDEF", "FLOAT, VARCHAR, FLOAT"],
  },
  "table functions": {
    create: [hash, columns, "{ … }"],
    fit: [hash, "ID", columns],
    createPredict: [hash, scoring, "{ … }"],
    createScored: ["ID", scoring.output],
    predict: [hash, "ID", { ...scoring, snapshot: "ID", futureSnapshot: "ID2", kept: "FORECAST_RESULTS" }],
    statuses: ["ID"],
    storeScored: ["ID", scoring.output, "tables/FORECAST_RESULTS/ID.parquet"],
    dropScored: ["ID"],
  },
  models: {
    models: ["SALES_MODEL"],
    versions: ["SALES_MODEL"],
    setDefault: ["SALES_MODEL", "V1"],
    setAlias: ["SALES_MODEL", "V1", "champion"],
    unsetAlias: ["SALES_MODEL", "champion"],
    setMetadata: ["SALES_MODEL", "V1", '{"metrics":{},"mm":{}}'],
    setComment: ["SALES_MODEL", "V1", "all articles"],
    dropVersion: ["SALES_MODEL", "V1"],
    drop: ["SALES_MODEL"],
  },
  inference: {
    execute: [
      "MM_SCORE_1",
      {
        model: "SALES_MODEL",
        version: "V1",
        table: "ID",
        bundle: 5,
        keys: 1,
        columns: [0, 1, 2],
        horizon: 30,
        levels: [80, 95],
        advance: true,
      },
    ],
    find: ["MM_SCORE_1"],
    drop: ["MM_SCORE_1"],
  },
};

function listed(phase, statements) {
  return Object.entries(statements).flatMap(([name, one]) => {
    const text = typeof one === "function" ? one(...ARGUMENTS[phase][name]) : one;
    return [text].flat().map((text) => ({ phase, name, text: text.replace(/\n {4,6}/g, "\n  ") }));
  });
}
const all = (phase, name, texts) => texts.map((text) => ({ phase, name, text }));

export const STATEMENTS = [
  ...all("session", "settings", session.settings(address)),
  ...all("session", "facts", [session.FACTS]),
  ...all("session", "transactions", Object.values(session.TRANSACTION)),
  ...all("setup", "workspace", [...setup.setupStatements(workspace), ...views.viewStatements(workspace)]),
  ...all("setup", "container services", setup.serviceStatements(workspace, service)),
  ...all("setup", "tags", setup.tagStatements(workspace, { "GOVERNANCE.TAGS.COST_CENTER": "forecasts" }, "LAB_POOL")),
  ...listed("tables", tables.tableStatements(workspace)),
  ...all("tables", "result views", views.viewStatements(workspace, exposed)),
  ...all(
    "tables",
    "current forecasts",
    [true, false].map(
      (hasBatches) =>
        views.forecastsView(
          workspace,
          { model: "SALES_MODEL", alias: "champion", table: "FORECAST_RESULTS" },
          {
            ...{ from: workspace.of("FORECAST_RESULTS"), columns: FORECAST_COLUMNS, hasBatches },
            overrides: hasBatches ? workspace.of("FORECAST_OVERRIDES") : undefined,
          },
        ).statement,
    ),
  ),
  ...listed("snapshot", snapshot.snapshotStatements(workspace)),
  ...listed("stage", stage.stageStatements(workspace)),
  ...listed("catalog", catalog.catalogStatements(workspace)),
  ...listed("queue", queue.queueStatements(workspace, 60_000, { index: 1, count: 4 })),
  ...listed("roster", roster.rosterStatements(workspace)),
  ...listed("jobs", job),
  ...["cron", "stream", "both"].flatMap((when) => {
    const statements = schedule.scheduleStatements(workspace, address, ...SCHEDULES[when]);
    return [
      ...all("schedule", `schedule by ${when}`, statements.create),
      ...all("schedule", "unschedule", statements.remove),
    ];
  }),
  ...["workers", "serve"].flatMap((kind) =>
    Object.entries(long).flatMap(([name, make]) => all("services", `${name} ${kind}`, [make(kind, 2)].flat())),
  ),
  ...listed("import", imports.importStatements(workspace)),
  ...listed("account", account.accountStatements(workspace)),
  ...listed("run objects", objects.runObjectStatements(workspace)),
  ...listed("table functions", functions.tableFunctionStatements(workspace)),
  ...listed("versions", versions.versionStatements(workspace)),
  ...listed("models", models.modelStatements(workspace)).map((one) => ({ ...one, text: withoutProgram(one.text) })),
  ...listed("inference", inference.inferenceStatements(workspace, address, { computePool: "LAB_POOL", replicas: 4 })),
];

/** Replaces a procedure's program by its name. */
function withoutProgram(text) {
  return text.replace(/ AS '"""[\s\S]*'$/, " AS '… src/engines/snowflake/many_model.py …'");
}

/**
 * Returns a statement without its names and values, up to where lists of columns differ: what two of a kind have in
 * common.
 */
export function shapeOf(text) {
  return text
    .replace(/\$\$[\s\S]*?\$\$/g, "$$")
    .replace(/'(?:[^'\\]|''|\\[\s\S])*'/g, "''")
    .replace(/"(?:[^"]|"")*"/g, '""')
    .replace(/\b[A-Z_$\d]+\.[A-Z_$\d]+\.[A-Z_$\d]+\b/g, "N")
    .replace(/(ADD COLUMN IF NOT EXISTS "") \w+/, "$1 T")
    .replace(/\b[A-Z_$]*\d[A-Z0-9_$]*\b/g, "N")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/^((?:[^(]*\(){1}[^(]{0,12}).*$/, "$1")
    .slice(0, 80);
}

/** Returns the document. */
export function statementsDocument() {
  const phases = [...new Set(STATEMENTS.map(({ phase }) => phase))];
  const section = (phase) => {
    const ofPhase = STATEMENTS.filter((one) => one.phase === phase);
    return [
      `## ${phase[0].toUpperCase()}${phase.slice(1)}`,
      "",
      ...ofPhase.flatMap(({ name, text }) => [`\`${name}\``, "", "```sql", text, "```", ""]),
    ];
  };
  return `# Statements sent to Snowflake

Every statement that \`engine: snowflake\` can send, with sample names and values: database LAB, schema MM. Besides these,
\`manymodel sql\` sends the query that it is given. This page is generated from the code.

${phases.flatMap(section).join("\n").trimEnd()}
`;
}
