import { rm } from "node:fs/promises";
import { random } from "../../packages/forecast/src/stats/random.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { runStruck, type Stroke } from "./struck-process.ts";
import { STEPS, verifyForecasts, verifyRun } from "./verify.ts";
import { binOf, copyWorkspace, type Reference, type Site } from "./workspace.ts";

/** The outcome of a workspace whose commands were killed. */
export interface Struck {
  readonly kills: Readonly<Record<string, number>>;
  readonly anomalies: readonly string[];
}

/** A command, killed again and again and then done. */
interface Command {
  readonly name: string;
  /** The approximate number of calls of its busiest thread. */
  readonly calls: Readonly<Record<Stroke["calls"], number>>;
  /** Returns the command that starts or continues it, by the present state; undefined if nothing is left to do. */
  next(): Promise<readonly string[] | undefined>;
  /** The message instead of success if the killed command had done everything. */
  readonly done?: RegExp;
  /** Returns the faults of the workspace: after a kill, or at the end. */
  wrong(isDone: boolean): Promise<readonly string[]>;
}

/** Most kills of a command before it is let be. */
const MOST_KILLS = 10;

/**
 * Takes a workspace from its import to its forecasts. Each command is killed at system calls that follow from the seed,
 * gone on with and killed again, then done. Whatever appears as a whole is there or not after each kill; in the end
 * everything is there once, as if nobody had been killed.
 */
export async function strikeCalls(site: Site, reference: Reference, seed: number): Promise<Struck> {
  const uniform = random(seed ^ 0xca115);
  const folder = await copyWorkspace(site, `calls-${seed}`, uniform() < 0.5);
  const engine = await site.ground.open(folder);
  const kills: Record<string, number> = {};
  const anomalies: string[] = [];
  const run = async (args: readonly string[], most: Command["calls"], isStruck: boolean) => {
    const calls = uniform() < 0.6 ? "lasting" : "write";
    const stroke = { calls, nth: 1 + Math.floor(most[calls] * uniform()) } as const;
    return runStruck([binOf(site), ...args], {
      folder,
      ...(site.ground.environment !== undefined && { environment: site.ground.environment }),
      ...(isStruck && { stroke }),
    });
  };
  try {
    for (const command of commandsOf(engine, reference, uniform)) {
      for (let turn = 0; anomalies.length === 0; turn++) {
        const args = await command.next();
        if (args === undefined) break;
        const isStruck = turn < MOST_KILLS;
        const { killed, code, stderr } = await run(args, command.calls, isStruck);
        if (killed) kills[command.name] = (kills[command.name] ?? 0) + 1;
        else if (code !== 0 && command.done?.test(stderr) !== true)
          anomalies.push(`${args.join(" ")} ended with ${code}: ${stderr.trim()}`);
        anomalies.push(...(await command.wrong(!killed)).map((fault) => `${args.join(" ")}: ${fault}`));
        if (!killed && turn > 0) break;
      }
      if (anomalies.length > 0) break;
    }
    return { kills, anomalies };
  } finally {
    await engine.close();
    if (anomalies.length === 0) await rm(folder, { recursive: true, force: true });
  }
}

function commandsOf(engine: Engine, reference: Reference, uniform: () => number): readonly Command[] {
  const rowsOf = async (table: string) => {
    if ((await engine.source.columns(table)) === undefined) return undefined;
    const sql = `SELECT count(*), count(DISTINCT UNIT_ID), sum(Y) FROM ${table}`;
    const { rows } = await engine.tables.query(sql, [], 1);
    return JSON.stringify(rows[0]!.map(Number));
  };
  /** Returns the faults of an imported table, which must have the rows of `SALES`, or may still be missing. */
  const imported = async (table: string, mayLack: boolean) => {
    const [there, all] = [await rowsOf(table), await rowsOf("SALES")];
    return there === all || (mayLack && there === undefined) ? [] : [`${table} has ${there}, SALES has ${all}`];
  };
  const forecasts = async (mayLack: boolean) => {
    if ((await engine.source.columns("FORECAST_RESULTS")) === undefined) return mayLack ? [] : ["no forecasts"];
    const { rows } = await engine.tables.query(
      "SELECT PARTITION_KEY, STEP, FORECAST, LO_80, HI_95, STATUS FROM FORECAST_RESULTS ORDER BY PARTITION_KEY, STEP",
      [],
      10_000,
    );
    if (rows.length === 0 && mayLack) return [];
    const wrong = await verifyForecasts(engine, reference);
    // A forecast of this definition is the model's mean, which the undisturbed run has.
    for (const [key, step, forecast, , , status] of rows) {
      const model = reference.get(String(key));
      if (status === "OK" && model?.includes(`\\"mean\\":${String(forecast)},`) !== true)
        wrong.push(`${key} step ${step} is forecast ${forecast}, its undisturbed model is ${model}`);
    }
    return wrong.slice(0, 5);
  };
  let runId = "r0";
  const trained = async () => (await verifyRun(engine, runId, reference)).anomalies;
  let isDone = false;
  const once = (args: readonly string[]) => async () => args;
  return [
    {
      name: "import",
      calls: { lasting: 110, write: 45 },
      next: once(["import", "sales.csv", "--table", "MORE"]),
      done: /exists already/,
      wrong: (isDone) => imported("MORE", !isDone),
    },
    {
      name: "import --replace",
      calls: { lasting: 110, write: 45 },
      next: once(["import", "sales.csv", "--table", "SALES", "--replace"]),
      wrong: () => imported("SALES", false),
    },
    {
      name: "train",
      calls: { lasting: 60, write: 180 },
      async next() {
        const run = await engine.catalog.run(runId);
        if (run?.state === "completed") return undefined;
        if (run !== undefined) return ["resume", runId, "--workers", "1"];
        const plan = ["--mode", uniform() < 0.5 ? "queue" : "tasks", "--chunks", String(2 + Math.floor(uniform() * 6))];
        return ["train", "--run-id", runId, "--workers", uniform() < 0.3 ? "2" : "1", ...plan];
      },
      done: /is completed; there is nothing to resume|was interrupted before its plan was written/,
      async wrong() {
        const run = await engine.catalog.run(runId);
        if (run?.state === "completed") return trained();
        // A run that was not planned cannot be gone on with.
        if (run?.manifest === null) runId = `r${Number(runId.slice(1)) + 1}`;
        return [];
      },
    },
    {
      name: "register",
      calls: { lasting: 36, write: 36 },
      async next() {
        const versions = await engine.versions.list();
        return versions.length > 0 ? undefined : ["register", "--run", runId, "--horizon", String(STEPS)];
      },
      async wrong(isDone) {
        const versions = (await engine.versions.list()).length;
        return versions === 1 || (!isDone && versions === 0) ? [] : [`there are ${versions} versions`];
      },
    },
    {
      name: "batch",
      calls: { lasting: 56, write: 150 },
      next: once(["batch"]),
      wrong(done) {
        isDone ||= done;
        return forecasts(!isDone);
      },
    },
    { name: "batch again", calls: { lasting: 56, write: 150 }, next: once(["batch"]), wrong: () => forecasts(false) },
    {
      name: "gc",
      calls: { lasting: 18, write: 50 },
      next: once(["gc", "--older-than", "1ms", "--delete"]),
      async wrong(isDone) {
        const left = isDone ? (await engine.leftovers.stored()).filter(({ kind }) => kind !== "snapshot") : [];
        return [...left.map(({ id }) => `gc left ${id}`), ...(await forecasts(false)), ...(await trained())];
      },
    },
    { name: "verify", calls: { lasting: 18, write: 50 }, next: once(["verify"]), wrong: async () => [] },
  ];
}
