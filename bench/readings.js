/**
 * The detector of sensors' readings at size: 100 sensors are trained on three days of minutes, and a batch judges 10,000 new
 * readings of each. Prints one JSON line per step with its wall time and its CPU time over all threads.
 *
 *   npm run bench:readings -- [sensors] [new readings a sensor] [workers]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect } from "manymodel";
import { normal, random } from "manymodel/forecast";

const sensors = Number(process.argv[2] ?? 100);
const fresh = Number(process.argv[3] ?? 10_000);
const workers = Number(process.argv[4] ?? 2);
const DAY = 1440;
const HISTORY = 3 * DAY;
const folder = await mkdtemp(path.join(process.env.MANYMODEL_BENCH_DIR ?? tmpdir(), "manymodel-bench-"));

async function measured(step, work) {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  const round = (x) => Number(x.toFixed(2));
  const times = { seconds: round((performance.now() - began) / 1000), cpuSeconds: round((user + system) / 1e6) };
  console.log(JSON.stringify({ step, sensors, ...times, ...result }));
}

/**
 * Returns readings of all sensors from one minute to before another: a day's wave with autocorrelated noise, to a
 * hundredth.
 */
function readings(from, to) {
  const rows = (to - from) * sensors;
  const [names, times, values] = [new Array(rows), new Float64Array(rows), new Float64Array(rows)];
  for (let sensor = 0, row = 0; sensor < sensors; sensor++) {
    const uniform = random(sensor);
    let noise = 0;
    for (let t = 0; t < to; t++) {
      noise = 0.6 * noise + normal(uniform);
      if (t < from) continue;
      names[row] = `T${String(sensor).padStart(3, "0")}`;
      times[row] = Date.UTC(2026, 0, 1) + t * 60_000;
      values[row++] = Math.round(100 * (20 + 5 * Math.sin((2 * Math.PI * t) / DAY) + noise)) / 100;
    }
  }
  return {
    length: rows,
    columns: {
      SENSOR: { type: "string", values: names },
      READ_AT: { type: "timestamp", values: times },
      READING: { type: "number", values },
    },
  };
}

try {
  const mm = await connect({
    source: { table: "HISTORY", partition_by: "SENSOR", order_by: "READ_AT", target: "READING", period: DAY },
    model: "sensor-anomalies",
    train: { horizon: 60, holdout: 0, workers },
    workspace: path.join(folder, "workspace"),
  });
  const { output } = mm.engine;
  for (const [name, from, to] of [
    ["HISTORY", 0, HISTORY],
    ["TODAY", HISTORY, HISTORY + fresh],
  ]) {
    const batch = readings(from, to);
    await output.create(
      name,
      Object.entries(batch.columns).map(([column, { type }]) => ({ name: column, type })),
    );
    await output.publish(name, "bench", [await output.write(name, batch)]);
  }
  let run;
  await measured("train", async () => {
    run = await mm.train();
    return { readings: sensors * HISTORY, failed: run.index.failed };
  });
  await mm.models.register({ run });
  await measured("batch --readings", async () => {
    const { rows, errors } = await mm.score({ inputTable: "TODAY", readings: true });
    return { readings: rows, errors };
  });
  await mm.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}
