import type { Command } from "commander";

/** A command: its place in the help of the program, and the module that adds its options and its action. */
interface Listed {
  readonly description: string;
  /** The operands of its usage, such as `<run>`. */
  readonly operands?: string;
  /** Tells whether it only holds commands of its own. */
  readonly isGroup?: true;
  readonly load: () => Promise<(command: Command) => void>;
}

/**
 * The commands, in the order in which help lists them. The module of a command is loaded when the command is named: a
 * start that loads all of them takes three times as long.
 */
export const COMMANDS: Readonly<Record<string, Listed>> = {
  init: {
    description: "write a configuration file to start from",
    load: async () => (await import("./commands/init.ts")).addInit,
  },
  setup: {
    description: "create the workspace and its tables; never replaces anything",
    load: async () => (await import("./commands/setup.ts")).addSetup,
  },
  import: {
    operands: "<file>",
    description: "load a CSV, Parquet, JSON or Excel file as a table of the workspace",
    load: async () => (await import("./commands/import.ts")).addImport,
  },
  train: {
    description: "train one model per partition of the source",
    load: async () => (await import("./commands/train.ts")).addTrain,
  },
  resume: {
    operands: "<run>",
    description: "continue a run whose process has ended; committed chunks are not trained again",
    load: async () => (await import("./commands/resume.ts")).addResume,
  },
  retry: {
    operands: "<run>",
    description: "train again the partitions of a completed run that have no model",
    load: async () => (await import("./commands/resume.ts")).addRetry,
  },
  status: {
    operands: "[run]",
    description: "show the runs, or one run in detail",
    load: async () => (await import("./commands/status.ts")).addStatus,
  },
  run: {
    isGroup: true,
    description: "list and delete runs",
    load: async () => (await import("./commands/run.ts")).addRun,
  },
  index: {
    operands: "<run>",
    description: "build the index of a run from its committed segments",
    load: async () => (await import("./commands/fleet/index-run.ts")).addIndex,
  },
  register: {
    description: "register a completed run as one version of a model",
    load: async () => (await import("./commands/register.ts")).addRegister,
  },
  models: {
    description: "list the registered models",
    load: async () => (await import("./commands/register.ts")).addModels,
  },
  versions: {
    operands: "[model]",
    description: "list the versions of a model, or of all",
    load: async () => (await import("./commands/register.ts")).addVersions,
  },
  model: {
    isGroup: true,
    description: "show, name, compare, patch, move and delete registered versions",
    load: async () => (await import("./commands/model.ts")).addModel,
  },
  batch: {
    description: "score every partition of a table with a registered version",
    load: async () => (await import("./commands/batch.ts")).addBatch,
  },
  forecast: {
    operands: "<key...>",
    description: "forecast one partition: its key, one word for each key column",
    load: async () => (await import("./commands/forecast.ts")).addForecast,
  },
  promote: {
    description: "move an alias to a new version if it is no worse than the one in use (exit code 4)",
    load: async () => (await import("./commands/promote.ts")).addPromote,
  },
  override: {
    isGroup: true,
    description: "set, list and remove values in place of forecasts",
    load: async () => (await import("./commands/override.ts")).addOverride,
  },
  note: {
    isGroup: true,
    description: "write, list and remove notes on series and models",
    load: async () => (await import("./commands/note.ts")).addNote,
  },
  reconcile: {
    description: "make forecasts of several levels of a hierarchy add up",
    load: async () => (await import("./commands/reconcile.ts")).addReconcile,
  },
  totals: {
    description: "add up forecasts at each time, by group and in total, with intervals of the sums",
    load: async () => (await import("./commands/totals.ts")).addTotals,
  },
  monitor: {
    description: "compare forecasts with new observations and find partitions that drift (exit code 3)",
    load: async () => (await import("./commands/monitor.ts")).addMonitor,
  },
  serve: {
    description: "answer predictions and questions about the registry over HTTP",
    load: async () => (await import("./commands/serve.ts")).addServe,
  },
  token: {
    isGroup: true,
    description: "create, list and revoke tokens for the server and the page",
    load: async () => (await import("./commands/token.ts")).addToken,
  },
  advise: {
    description: "judge from a sample of the source whether many models or one suit it better",
    load: async () => (await import("./commands/advise.ts")).addAdvise,
  },
  plan: {
    description: "train a sample and estimate the cost of the whole run; nothing is stored",
    load: async () => (await import("./commands/plan.ts")).addPlan,
  },
  rank: {
    description: "rank a run's partitions by a metric, worst first",
    load: async () => (await import("./commands/rank.ts")).addRank,
  },
  refine: {
    description: "run contests on a run's worst partitions, worst first",
    load: async () => (await import("./commands/refine.ts")).addRefine,
  },
  compare: {
    operands: "<runA> <runB>",
    description: "compare two completed runs, partition by partition",
    load: async () => (await import("./commands/compare.ts")).addCompare,
  },
  champions: {
    description: "collect each partition's best model of several runs, without copying any",
    load: async () => (await import("./commands/champions.ts")).addChampions,
  },
  pipeline: {
    isGroup: true,
    description: "run every step that the configuration names",
    load: async () => (await import("./commands/pipeline.ts")).addPipeline,
  },
  snowflake: {
    isGroup: true,
    description: "engine snowflake: schedules and services of the account",
    load: async () => (await import("./commands/snowflake.ts")).addSnowflake,
  },
  plot: {
    isGroup: true,
    description: "draw a series, forecasts, accuracy, a comparison or a run",
    load: async () => (await import("./commands/plot.ts")).addPlot,
  },
  engine: {
    isGroup: true,
    description: "the engine: check that it can do what a run needs",
    load: async () => (await import("./commands/engine.ts")).addEngine,
  },
  verify: {
    operands: "[run]",
    description: "read everything stored, or one run or version, and list what is missing or altered",
    load: async () => (await import("./commands/maintain.ts")).addVerify,
  },
  gc: {
    description: "list stored data that no run in progress, version or alias needs",
    load: async () => (await import("./commands/maintain.ts")).addGc,
  },
  task: {
    operands: "<run>",
    description: "train a task of a run, on a fleet's machine; opens no database",
    load: async () => (await import("./commands/fleet/task.ts")).addTask,
  },
  worker: {
    description: "work on the chunks of any run of the workspace, until stopped",
    load: async () => (await import("./commands/fleet/worker.ts")).addWorker,
  },
  workers: {
    isGroup: true,
    description: "show, add or stop the workspace's workers",
    load: async () => (await import("./commands/fleet/worker.ts")).addWorkers,
  },
  cancel: {
    operands: "<run>",
    description: "start no further chunk of a run; chunks that have started finish and count",
    load: async () => (await import("./commands/cancel.ts")).addCancel,
  },
  prioritize: {
    operands: "<run>",
    description: "change the priority of chunks that have not started",
    load: async () => (await import("./commands/cancel.ts")).addPrioritize,
  },
  export: {
    operands: "<table>",
    description: "write the rows of a table or view to a file or to PostgreSQL",
    load: async () => (await import("./commands/export.ts")).addExport,
  },
  sql: {
    operands: "<query>",
    description: "run one SELECT over the workspace's tables",
    load: async () => (await import("./commands/sql.ts")).addSql,
  },
  ui: {
    description: "show the workspace in a browser: runs, partitions, series, registry",
    load: async () => (await import("./commands/ui.ts")).addUi,
  },
  demo: {
    description: "train, refine, register and score synthetic series in a workspace of its own",
    load: async () => (await import("./commands/demo.ts")).addDemo,
  },
};
