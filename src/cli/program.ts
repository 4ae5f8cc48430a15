import { Command, CommanderError } from "commander";
import { packageVersion } from "../api/package-version.ts";
import { ManymodelError, messageOf } from "../core/errors.ts";
import { answer, keepStandardOutput } from "./answer.ts";
import { addAdvise } from "./commands/advise.ts";
import { addBatch } from "./commands/batch.ts";
import { addCancel, addPrioritize } from "./commands/cancel.ts";
import { addChampions } from "./commands/champions.ts";
import { addCompare } from "./commands/compare.ts";
import { addDemo } from "./commands/demo.ts";
import { addEngine } from "./commands/engine.ts";
import { addForecast } from "./commands/forecast.ts";
import { addImport } from "./commands/import.ts";
import { addIndex } from "./commands/index-run.ts";
import { addInit } from "./commands/init.ts";
import { addGc, addVerify } from "./commands/maintain.ts";
import { addModel } from "./commands/model.ts";
import { addMonitor } from "./commands/monitor.ts";
import { addPipeline } from "./commands/pipeline.ts";
import { addPlan } from "./commands/plan.ts";
import { addPlot } from "./commands/plot.ts";
import { addRank } from "./commands/rank.ts";
import { addReconcile } from "./commands/reconcile.ts";
import { addRefine } from "./commands/refine.ts";
import { addModels, addRegister, addVersions } from "./commands/register.ts";
import { addResume, addRetry } from "./commands/resume.ts";
import { addServe } from "./commands/serve.ts";
import { addSetup } from "./commands/setup.ts";
import { addSql } from "./commands/sql.ts";
import { addStatus } from "./commands/status.ts";
import { addTask } from "./commands/task.ts";
import { addToken } from "./commands/token.ts";
import { addTrain } from "./commands/train.ts";
import { addUi } from "./commands/ui.ts";
import { addWorker, addWorkers } from "./commands/worker.ts";

/**
 * Runs the command line.
 *
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage or configuration, 3 `monitor` found more drift than may be
 */
export async function run(args: readonly string[]): Promise<number> {
  const program = new Command("manymodel")
    .description("One model per partition: train in parallel, keep every model, register one version, score them all.")
    .version(packageVersion)
    .exitOverride()
    .configureOutput({
      writeOut: answer,
      outputError: (text, write) => write(text.replace(/^error: /, "manymodel: ")),
    });
  keepStandardOutput();
  const commands = [
    ...[
      addInit,
      addSetup,
      addImport,
      addTrain,
      addResume,
      addRetry,
      addStatus,
      addIndex,
      addRegister,
      addModels,
      addVersions,
      addModel,
      addBatch,
      addForecast,
      addReconcile,
      addMonitor,
      addServe,
      addToken,
    ],
    ...[addAdvise, addPlan, addRank, addRefine, addCompare, addChampions, addPipeline, addPlot],
    ...[addEngine, addVerify, addGc, addTask, addWorker, addWorkers, addCancel, addPrioritize, addSql, addUi, addDemo],
  ];
  for (const add of commands) add(program);
  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const inDatabase = String((error as { code?: unknown } | null)?.code).startsWith("SQLITE_");
    const message = `${inDatabase ? "the workspace's database says: " : ""}${messageOf(error).replace(/^error: /, "")}`;
    const kind = error instanceof ManymodelError ? error.kind : error instanceof CommanderError ? "usage" : "internal";
    if (args.includes("--json")) answer(`${JSON.stringify({ error: { kind, message } }, undefined, 2)}\n`);
    if (!(error instanceof CommanderError)) process.stderr.write(`manymodel: ${message}\n`);
    if (!(error instanceof ManymodelError) && process.env.MANYMODEL_DEBUG) console.error(error);
    return kind === "usage" || kind === "config" ? 2 : 1;
  }
}
