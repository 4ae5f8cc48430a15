/**
 * Kills runs at random moments, resumes them, and compares each with a run that nobody disturbed:
 *
 *   npm run test:faults -- [--engine local,postgres,s3,slurm,kubernetes] [--strike calls | moments] [--minutes 60] [--log FILE]
 *     [--rounds 100000] [--partitions 40] [--from 0] [--lanes 1]
 *
 * `calls` (the default) kills every command of a workspace's life at system calls that follow from the round's number;
 * on Slurm and Kubernetes it kills tasks and the process that waits for them. `moments` kills and twins processes that train, when a run
 * has come to a state, and strikes their server. It also knows `snowflake` and `snowflake-service`.
 *
 * Several engines share the minutes. A round follows from its number, so a red one can be repeated: --from 17 --rounds 1.
 * Its workspace is kept. Each line of the log has the kills so far.
 */
import { appendFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { startPostgresPair } from "../test/engines/postgres-pair.ts";
import { startPostgres } from "../test/engines/postgres-server.ts";
import {
  type Ground,
  kubernetesGround,
  localGround,
  postgresGround,
  s3Ground,
  slurmGround,
} from "../test/faults/ground.ts";
import { perform } from "../test/faults/perform.ts";
import { inAccount, makeSchedule, onServer, type Schedule } from "../test/faults/schedule.ts";
import { snowflakeGround } from "../test/faults/snowflake-ground.ts";
import { type Struck, strikeCalls } from "../test/faults/strike-calls.ts";
import { strikeTasks } from "../test/faults/strike-tasks.ts";
import { whyNoStrokes } from "../test/faults/struck-process.ts";
import { prepareSite, type Reference, type Site } from "../test/faults/workspace.ts";
import { startKubernetes } from "../test/fleets/kubernetes-cluster.ts";
import { startSlurm } from "../test/fleets/slurm-cluster.ts";
import { openTestAccount } from "../test/snowflake/account.ts";
import { startS3 } from "../test/stages/s3-server.ts";

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "local" },
    strike: { type: "string", default: "calls" },
    minutes: { type: "string", default: "60" },
    rounds: { type: "string", default: "100000" },
    partitions: { type: "string", default: "40" },
    from: { type: "string", default: "0" },
    lanes: { type: "string", default: "1" },
    log: { type: "string" },
  },
});
const whole = (name: "minutes" | "rounds" | "partitions" | "from" | "lanes") => Number(values[name]);

/** The ground of an engine's runs: how to set it up, disturb it, and remove it. */
interface Place {
  readonly ground: Ground;
  /** True if a fleet trains: its tasks are killed. */
  readonly tasks?: boolean;
  readonly adapt?: (schedule: Schedule) => Schedule;
  close(): void | Promise<void>;
}

async function standOn(engine: string): Promise<Place> {
  if (engine === "local") return { ground: localGround, close() {} };
  if (engine === "slurm") {
    const cluster = await startSlurm();
    return { ground: slurmGround, tasks: true, close: () => cluster.stop() };
  }
  if (engine === "kubernetes") {
    const cluster = await startKubernetes();
    return { ground: kubernetesGround(process.cwd()), tasks: true, close: () => cluster.stop() };
  }
  if (engine === "s3") {
    const server = await startS3();
    return { ground: s3Ground(server), close: () => server.close() };
  }
  if (engine === "postgres") {
    const server = startPostgres();
    return { ground: postgresGround(server), adapt: onServer, close: () => server.stop() };
  }
  if (engine === "postgres-pair") {
    const pair = await startPostgresPair();
    return { ground: postgresGround(pair), adapt: onServer, close: () => pair.stop() };
  }
  const compute = engine === "snowflake" ? "client" : "service";
  const account = await openTestAccount({ procedures: false });
  const adapt = (schedule: Schedule) => inAccount(compute, schedule);
  return { ground: snowflakeGround(account, compute), adapt, close: () => account.close() };
}

function say(line: string): void {
  console.log(line);
  if (values.log !== undefined) appendFileSync(values.log, `${line}\n`);
}

async function performRound(site: Site, reference: Reference, seed: number, place: Place): Promise<Struck> {
  if (values.strike === "moments") {
    const schedule = makeSchedule(seed, site.partitions);
    return perform(site, reference, place.adapt?.(schedule) ?? schedule, seed % 5 === 4);
  }
  return place.tasks === true ? strikeTasks(site, reference, seed) : strikeCalls(site, reference, seed);
}

/** Disturbs an engine for some minutes: kills by what was killed, and how many rounds were not as if undisturbed. */
async function campaign(engine: string, minutes: number): Promise<{ kills: number; anomalies: number }> {
  const began = performance.now();
  const folder = await mkdtemp(path.join(tmpdir(), "manymodel-faults-"));
  const place = await standOn(engine);
  const site = { root: process.cwd(), folder, partitions: whole("partitions"), ground: place.ground };
  const reference = await prepareSite(site);
  const kills: Record<string, number> = {};
  let anomalies = 0;
  let [next, rounds, sum] = [whole("from"), 0, 0];
  const lane = async () => {
    while (next < whole("from") + whole("rounds") && performance.now() - began < minutes * 60_000) {
      const seed = next++;
      const result = await performRound(site, reference, seed, place);
      rounds++;
      for (const [target, n] of Object.entries(result.kills)) {
        kills[target] = (kills[target] ?? 0) + n;
        sum += n;
      }
      say(`${engine} ${seed}: ${JSON.stringify(result.kills)}; ${sum} kills so far, ${anomalies} anomalies`);
      for (const anomaly of result.anomalies) say(`  ANOMALY: ${anomaly}`);
      anomalies += result.anomalies.length;
    }
  };
  await Promise.all(Array.from({ length: whole("lanes") }, lane));
  await place.close();
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  say(
    `TOTAL ${engine}: ${sum} kills in ${rounds} rounds of ${seconds} s, ${anomalies} anomalies; ${JSON.stringify(kills)}`,
  );
  if (anomalies === 0) await rm(folder, { recursive: true, force: true });
  else say(`kept in ${folder}`);
  return { kills: sum, anomalies };
}

const reason = values.strike === "calls" ? whyNoStrokes() : undefined;
if (reason !== undefined) {
  console.error(`${reason}; --strike moments needs none`);
  process.exit(2);
}
const engines = values.engine.split(",");
let [kills, anomalies] = [0, 0];
for (const engine of engines) {
  const done = await campaign(engine, whole("minutes") / engines.length);
  kills += done.kills;
  anomalies += done.anomalies;
}
say(`TOTAL: ${kills} kills, ${anomalies} anomalies`);
process.exit(anomalies === 0 && kills > 0 ? 0 : 1);
