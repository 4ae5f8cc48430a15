import type { RunMode } from "../core/run.ts";
import type { Engine, EngineAddress } from "../ports/engine.ts";
import type { Stage } from "../ports/stage.ts";
import type { QueryPiece } from "../ports/tables.ts";
import type { Workers } from "../ports/workers.ts";
import { completeSource } from "../work/complete-source.ts";

const completed = new WeakSet<Engine>();

/** Opens an engine by its address, with a source that completes rows. */
export async function openEngine(address: EngineAddress, options: { threads?: number } = {}): Promise<Engine> {
  const engine = await openBareEngine(address, options);
  // The memory engine of an id is opened more than once.
  if (completed.has(engine)) return engine;
  completed.add(engine);
  return Object.assign(engine, { source: completeSource(engine.source) });
}

/** Opens an engine by its address: the one place that names engines. Each is loaded only when it is asked for. */
async function openBareEngine(address: EngineAddress, options: { threads?: number }): Promise<Engine> {
  switch (address.engine) {
    case "local": {
      const { openLocalEngine } = await import("../engines/local/index.ts");
      return openLocalEngine(address.workspace, { ...options, ...(address.stage && { stage: address.stage }) });
    }
    case "memory": {
      const { memoryEngine } = await import("../engines/memory/index.ts");
      return memoryEngine(address.id);
    }
    case "postgres": {
      const { openPostgresEngine } = await import("../engines/postgres/index.ts");
      return openPostgresEngine(address, options);
    }
    case "snowflake": {
      const { openSnowflakeEngine } = await import("../engines/snowflake/index.ts");
      const { compileScorer } = await import("../inference/compile-scorer.ts");
      return openSnowflakeEngine(address, compileScorer);
    }
  }
}

/** Returns the workers of a mode: the engine's own, or for `local` ones that run in the calling thread. */
export async function openWorkers(engine: Engine, mode: RunMode): Promise<Workers> {
  // The memory engine's own workers are such ones.
  if (mode !== "local" || engine.address.engine === "memory") return engine.workers;
  const { inProcessWorkers } = await import("../engines/memory/workers.ts");
  // Whoever resumes the run after this process was ended sees by the name that it was.
  const { takeName: take, dropName: drop } = await import("../engines/node/worker-names.ts");
  return inProcessWorkers({ take, drop });
}

/** Writes the answer to a query to a table of any PostgreSQL database, whichever engine gives it. */
export async function exportToPostgres(
  pieces: AsyncIterable<QueryPiece>,
  target: { readonly url: string; readonly table: string },
): Promise<{ rows: number; target: string }> {
  const { exportRows } = await import("../engines/postgres/export-rows.ts");
  return exportRows(pieces, target);
}

/** Returns a folder as a stage, for exporting to and importing from. */
export async function openFolderStage(folder: string): Promise<Stage> {
  const { directoryStage } = await import("../stages/directory.ts");
  return directoryStage(folder);
}
