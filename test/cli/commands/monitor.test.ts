import { once } from "node:events";
import { appendFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { normal, random } from "../../../packages/forecast/src/stats/random.ts";
import { CommandLine } from "../../command-line.ts";
import { temporaryFolder } from "../../workspace.ts";

const UNITS = Array.from({ length: 20 }, (_, i) => `U${String(i).padStart(2, "0")}`);

/** Returns daily sales with a week's pattern. From day 84 on U03 sells three times as much, and U07 reports nothing. */
function sales(days: number): string {
  const lines = ["sku,day,qty"];
  for (const [u, unit] of UNITS.entries()) {
    const uniform = random(u + 1);
    for (let day = 0; day < days; day++) {
      const usual = 40 + u + 5 * (day % 7) + 2 * normal(uniform);
      if (day >= 84 && unit === "U07") continue;
      const y = day >= 84 && unit === "U03" ? 3 * usual : usual;
      lines.push(`${unit},${new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)},${y.toFixed(3)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

it("goes round: train, register, batch, new observations, monitor, refine the offenders, patch, batch", async () => {
  const folder = await temporaryFolder();
  const commandLine = new CommandLine();
  const run = (...args: string[]) => commandLine.run(folder, ...args);
  const json = async (expected: number, ...args: string[]) => {
    const { status, stdout, stderr } = await run(...args, "--json");
    expect(status, `${args.join(" ")}\n${stdout}\n${stderr}`).toBe(expected);
    return { ...JSON.parse(stdout), stderr };
  };
  const alerts: unknown[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    alerts.push(JSON.parse(text));
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  await writeFile(path.join(folder, "sales.csv"), sales(84));
  await json(
    0,
    "init",
    "--table",
    "SALES",
    "--partition-by",
    "sku",
    "--order-by",
    "day",
    "--target",
    "qty",
    "--period",
    "7",
  );
  await appendFile(
    path.join(folder, "manymodel.yaml"),
    `\nmonitor:\n  webhook: http://127.0.0.1:${(server.address() as AddressInfo).port}/alert\n`,
  );
  await json(0, "import", "sales.csv", "--table", "SALES");
  await json(0, "train", "--model", "holt-winters", "--run-id", "first");
  await json(0, "register");
  await json(0, "batch", "--horizon", "14");
  const early = await json(0, "monitor");
  expect(early).toMatchObject({ verdicts: { ok: 0, watch: 0, drift: 0, "no-data": 20 }, newEntries: 0, alert: false });
  expect((await run("refine", "--offenders")).stderr).toContain("no partition of first drifts");

  await writeFile(path.join(folder, "sales.csv"), sales(98));
  await json(0, "import", "sales.csv", "--table", "SALES", "--replace");
  const summary = await json(3, "monitor");
  expect(summary.offenders.map(({ partitionKey }: { partitionKey: string }) => partitionKey).sort()).toEqual([
    "s:U03",
    "s:U07",
  ]);
  expect(summary).toMatchObject({ partitions: 20, newEntries: 19 * 14, alert: true, webhook: { delivered: true } });
  expect(alerts).toMatchObject([{ model: "MANY_MODEL_FORECAST", version: "V1", drifting: 2 }]);
  const people = await run("monitor");
  expect(people.status).toBe(3);
  expect(people.stdout).toMatch(
    /20 partitions: 2 drift[\s\S]*0 new rows in ACCURACY_LEDGER[\s\S]*U03 .*too-low[\s\S]*manymodel refine --offenders/,
  );

  const refined = await json(0, "refine", "--offenders", "--candidates", "naive,mean", "--run-id", "second");
  expect(refined).toMatchObject({ run: "second", from: "first", ranked: 2, succeeded: 2 });
  expect(await json(0, "model", "patch", "MANY_MODEL_FORECAST", "--run", "second")).toMatchObject({ version: "V2" });
  await json(0, "batch", "--horizon", "28");
  const { rows } = await json(
    0,
    "sql",
    "SELECT sku, min(day), min(FORECAST) > 120 FROM FORECAST_RESULTS WHERE MODEL_VERSION = 'V2' AND sku IN ('U03', 'U04') GROUP BY sku ORDER BY sku",
  );
  expect(rows).toEqual([
    ["U03", "2026-04-09", true],
    ["U04", "2026-04-09", false],
  ]);

  // The patched model's ledger begins anew; those that it shares go on where they were. U07 is as silent as before.
  const after = await json(3, "monitor");
  expect(after).toMatchObject({
    version: "V2",
    newEntries: 0,
    offenders: [{ partitionKey: "s:U07", reasons: ["missing"] }],
  });
  const status = await json(
    0,
    "sql",
    "SELECT sku, VERDICT, N FROM MONITOR_STATUS WHERE MODEL_VERSION = 'V2' AND sku IN ('U03', 'U04') ORDER BY sku",
  );
  expect(status.rows[0]).toEqual(["U03", "no-data", 0]);
  expect(status.rows[1][2]).toBe(14);
});
