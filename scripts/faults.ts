/**
 * Kills training runs at random moments, resumes them, and compares each with a run that nobody disturbed:
 *
 *   npm run test:faults -- [--schedules 200] [--partitions 2000] [--from 0] [--lanes 3] [--minutes 60]
 *     [--engine postgres | snowflake | snowflake-service]
 *
 * A schedule follows from its number, so a red one can be repeated: --from 17 --schedules 1. Its workspace is kept.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { startPostgres } from "../test/engines/postgres-server.ts";
import { type Ground, localGround, postgresGround } from "../test/faults/ground.ts";
import { type Performance, perform } from "../test/faults/perform.ts";
import { inAccount, makeSchedule, onServer, type Schedule } from "../test/faults/schedule.ts";
import { snowflakeGround } from "../test/faults/snowflake-ground.ts";
import { prepareSite } from "../test/faults/workspace.ts";
import { openTestAccount } from "../test/snowflake/account.ts";

const { values } = parseArgs({
  options: {
    schedules: { type: "string", default: "200" },
    partitions: { type: "string", default: "2000" },
    from: { type: "string", default: "0" },
    lanes: { type: "string", default: "3" },
    minutes: { type: "string", default: "60" },
    engine: { type: "string", default: "local" },
  },
});
const [schedules, partitions, from, lanes, minutes] = [
  values.schedules,
  values.partitions,
  values.from,
  values.lanes,
  values.minutes,
].map(Number) as [number, number, number, number, number];

/** What an engine's runs stand on, and how they are disturbed there. */
async function standOn(engine: string): Promise<{ ground: Ground; adapt: (schedule: Schedule) => Schedule }> {
  if (engine === "local") return { ground: localGround, adapt: (schedule) => schedule };
  if (engine === "postgres") {
    const server = startPostgres();
    process.on("exit", () => server.stop());
    return { ground: postgresGround(server), adapt: onServer };
  }
  const compute = engine === "snowflake" ? "client" : "service";
  const account = await openTestAccount({ procedures: false });
  return { ground: snowflakeGround(account, compute), adapt: (schedule) => inAccount(compute, schedule) };
}

const began = performance.now();
const folder = await mkdtemp(path.join(tmpdir(), "manymodel-faults-"));
const { ground, adapt } = await standOn(values.engine);
const site = { root: process.cwd(), folder, partitions, ground };
const reference = await prepareSite(site);
const done: Performance[] = [];
let next = from;
const lane = async () => {
  while (next < from + schedules && performance.now() - began < minutes * 60_000) {
    const seed = next++;
    const schedule = adapt(makeSchedule(seed, partitions));
    const result = await perform(site, reference, schedule, seed % 5 === 4 || seed === from + schedules - 1);
    done.push(result);
    const what = `${schedule.mode}, ${schedule.chunks} chunks, ${schedule.workers} workers`;
    console.log(
      `${seed}: ${what}: ${JSON.stringify(result.kills)}, ${result.resumes} resumes, ${result.seconds.toFixed(1)} s`,
    );
    for (const anomaly of result.anomalies) console.log(`  ANOMALY: ${anomaly}`);
  }
};
await Promise.all(Array.from({ length: lanes }, lane));

const kills: Record<string, number> = {};
for (const result of done)
  for (const [state, n] of Object.entries(result.kills)) kills[state] = (kills[state] ?? 0) + n;
const sum = (count: (result: Performance) => number) => done.reduce((total, result) => total + count(result), 0);
const anomalies = sum((result) => result.anomalies.length);
console.log(
  `${done.length} schedules of ${partitions} partitions in ${((performance.now() - began) / 1000).toFixed(0)} s`,
);
console.log(
  `kills: ${Object.values(kills).reduce((a, b) => a + b, 0)} (${JSON.stringify(kills)}), of which ${done.filter((result) => Object.keys(result.kills).length === 0).length} schedules had none`,
);
console.log(
  `resumes: ${sum((result) => result.resumes)}; segments that nobody counts: ${sum((result) => result.orphans)}`,
);
console.log(`anomalies: ${anomalies}`);
if (anomalies === 0) await rm(folder, { recursive: true, force: true });
else console.log(`kept in ${folder}`);
process.exit(anomalies === 0 && done.length > 0 ? 0 : 1);
