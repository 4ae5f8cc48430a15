/**
 * Ends threads that are reading through DuckDB: `node end-while-reading.mjs terminate | exit TIMES`. A process that
 * survives its threads says how many; one that exits in the middle has the code 7.
 */
import { setTimeout } from "node:timers/promises";
import { nodeWorkers } from "../../../dist/engines/node/workers.js";

const duck = new URL("../../../dist/engines/node/duck.js", import.meta.url).href;
const module = new URL(
  `data:text/javascript,${encodeURIComponent(`
  export async function start({ spill }) {
    const { openDuck } = await import(${JSON.stringify(duck)});
    const duck = openDuck(spill, { threads: "1" });
    await duck.use((connection) => connection.run("SELECT 1"));
    return async () => {
      for (;;) await duck.use((connection) => connection.runAndReadAll("SELECT sin(range) FROM range(50000)"));
    };
  }`)}`,
);

const [how, times, spill] = process.argv.slice(2);
const workers = nodeWorkers();
for (let n = 0; n < Number(times); n++) {
  const worker = await workers.start({ module, context: { spill } });
  const lost = worker.call("read").catch(({ name }) => name);
  await setTimeout(20 + ((n * 7) % 30));
  if (how === "exit") process.exit(7);
  await worker.terminate();
  if ((await lost) !== "WorkerLost") throw new Error(`the call ended as ${await lost}`);
}
console.log(`${times} ended`);
