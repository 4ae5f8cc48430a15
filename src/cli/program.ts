import { Command, CommanderError } from "commander";
import { packageVersion } from "../api/package-version.ts";
import { ManymodelError, messageOf } from "../core/errors.ts";
import { answer, keepStandardOutput } from "./answer.ts";

/**
 * The commands, in the order in which help lists them. A command is loaded when it is named: a start that loads all of
 * them takes three times as long.
 */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  init: async () => (await import("./commands/init.ts")).addInit,
  setup: async () => (await import("./commands/setup.ts")).addSetup,
  import: async () => (await import("./commands/import.ts")).addImport,
  train: async () => (await import("./commands/train.ts")).addTrain,
  resume: async () => (await import("./commands/resume.ts")).addResume,
  retry: async () => (await import("./commands/resume.ts")).addRetry,
  status: async () => (await import("./commands/status.ts")).addStatus,
  run: async () => (await import("./commands/run.ts")).addRun,
  index: async () => (await import("./commands/fleet/index-run.ts")).addIndex,
  register: async () => (await import("./commands/register.ts")).addRegister,
  models: async () => (await import("./commands/register.ts")).addModels,
  versions: async () => (await import("./commands/register.ts")).addVersions,
  model: async () => (await import("./commands/model.ts")).addModel,
  batch: async () => (await import("./commands/batch.ts")).addBatch,
  forecast: async () => (await import("./commands/forecast.ts")).addForecast,
  promote: async () => (await import("./commands/promote.ts")).addPromote,
  override: async () => (await import("./commands/override.ts")).addOverride,
  note: async () => (await import("./commands/note.ts")).addNote,
  reconcile: async () => (await import("./commands/reconcile.ts")).addReconcile,
  totals: async () => (await import("./commands/totals.ts")).addTotals,
  monitor: async () => (await import("./commands/monitor.ts")).addMonitor,
  serve: async () => (await import("./commands/serve.ts")).addServe,
  token: async () => (await import("./commands/token.ts")).addToken,
  advise: async () => (await import("./commands/advise.ts")).addAdvise,
  plan: async () => (await import("./commands/plan.ts")).addPlan,
  rank: async () => (await import("./commands/rank.ts")).addRank,
  refine: async () => (await import("./commands/refine.ts")).addRefine,
  compare: async () => (await import("./commands/compare.ts")).addCompare,
  champions: async () => (await import("./commands/champions.ts")).addChampions,
  pipeline: async () => (await import("./commands/pipeline.ts")).addPipeline,
  snowflake: async () => (await import("./commands/snowflake.ts")).addSnowflake,
  plot: async () => (await import("./commands/plot.ts")).addPlot,
  engine: async () => (await import("./commands/engine.ts")).addEngine,
  verify: async () => (await import("./commands/maintain.ts")).addVerify,
  gc: async () => (await import("./commands/maintain.ts")).addGc,
  task: async () => (await import("./commands/fleet/task.ts")).addTask,
  worker: async () => (await import("./commands/fleet/worker.ts")).addWorker,
  workers: async () => (await import("./commands/fleet/worker.ts")).addWorkers,
  cancel: async () => (await import("./commands/cancel.ts")).addCancel,
  prioritize: async () => (await import("./commands/cancel.ts")).addPrioritize,
  export: async () => (await import("./commands/export.ts")).addExport,
  sql: async () => (await import("./commands/sql.ts")).addSql,
  ui: async () => (await import("./commands/ui.ts")).addUi,
  demo: async () => (await import("./commands/demo.ts")).addDemo,
};

/**
 * Builds the program with the command that is named, or with every command.
 *
 * @param name a command; with `undefined` or a word that is no command, the program has all of them
 */
export async function commandLine(name?: string): Promise<Command> {
  const program = new Command("manymodel")
    .description("One model per partition: train in parallel, keep every model, register one version, score them all.")
    .version(packageVersion)
    // `register --version V1` means a version of a model, not the program's.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: answer,
      outputError: (text, write) => write(inPlainWords(text).replace(/^error: /, "manymodel: ")),
    });
  const load = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const named = load === undefined ? Object.values(COMMANDS) : [load];
  for (const add of await Promise.all(named.map((load) => load()))) add(program);
  return program;
}

/**
 * Runs the command line.
 *
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage or configuration, 3 `monitor` found more drift than may be,
 *   4 the gate held a version back
 */
export async function run(args: readonly string[]): Promise<number> {
  keepStandardOutput();
  const program = await commandLine(args[0]);
  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const code = String((error as { code?: unknown } | null)?.code);
    const [, reason = ""] = DATABASE_ERRORS.find(([pattern]) => pattern.test(code)) ?? [];
    const message = `${reason}${inPlainWords(messageOf(error)).replace(/^error: /, "")}`;
    const kind = error instanceof ManymodelError ? error.kind : error instanceof CommanderError ? "usage" : "internal";
    if (args.includes("--json")) answer(`${JSON.stringify({ error: { kind, message } }, undefined, 2)}\n`);
    if (!(error instanceof CommanderError)) process.stderr.write(`manymodel: ${message}\n`);
    if (!(error instanceof ManymodelError) && process.env.MANYMODEL_DEBUG) console.error(error);
    return kind === "usage" || kind === "config" ? 2 : 1;
  }
}

/** The meanings of the workspace database's errors, by their codes. */
const DATABASE_ERRORS: readonly (readonly [RegExp, string])[] = [
  [/^SQLITE_(CORRUPT|NOTADB)/, "the workspace's database is damaged, restore it from a backup: "],
  [/^SQLITE_READONLY/, "the workspace's database may not be written, make its disk and files writable: "],
  [/^SQLITE_/, "the workspace's database says: "],
];

/** Returns a message of the command line's parser, with the option that was meant. */
const inPlainWords = (message: string) =>
  message.replace(
    /unknown option '--version'.*/,
    "unknown option '--version'; a version of a model is --model-version, the program's is manymodel --version",
  );
