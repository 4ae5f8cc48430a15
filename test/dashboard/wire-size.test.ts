import { request } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { startDashboard } from "../../dist/dashboard/server.js";
import { fillTable, openWorkspace } from "../workspace.ts";

const DAY = 86_400_000;
const STEPS = 5000;

/** Returns the bytes of an answer as it comes over the wire, compressed as a browser asks for it. */
function onTheWire(url: string): Promise<{ bytes: number; encoding: string | undefined }> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers: { "Accept-Encoding": "gzip, deflate, br" } }, (response) => {
      let bytes = 0;
      response.on("data", (piece: Buffer) => {
        bytes += piece.length;
      });
      response.on("end", () => resolve({ bytes, encoding: response.headers["content-encoding"] }));
    });
    call.on("error", reject);
    call.end();
  });
}

it("sends a series of 5,000 steps in 80 kB, and the page's script in 90 kB", async () => {
  const yaml =
    "source: { table: SALES, partition_by: sku, order_by: day, target: units, period: 7 }\nmodel: theta\ntrain: { horizon: 30, holdout: 30, workers: 1, chunks: 1 }\n";
  const mm = await openWorkspace("local", yaml);
  let seed = 7;
  const noise = () => {
    seed = (48_271 * seed) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const rows = Array.from({ length: STEPS }, (_, day) => [
    "A",
    day * DAY,
    Math.round(100 + 20 * Math.sin((2 * Math.PI * day) / 7) + 40 * noise()),
  ]);
  const columns = [
    { name: "sku", type: "string" },
    { name: "day", type: "date" },
    { name: "units", type: "number" },
  ] as const;
  await fillTable(mm, "SALES", [...columns], rows);
  await mm.train("theta", { runId: "long" });
  const { url, close } = await startDashboard(mm, { host: "127.0.0.1", port: 0 });
  onTestFinished(close);
  const address = `${url}/api/runs/long/series?key=s%3AA`;
  const detail = (await (await fetch(address)).json()) as {
    series: { y: number[]; diagnostics: { acf: number[] } };
  };
  expect([detail.series.y.length, detail.series.diagnostics.acf.length > 20]).toEqual([STEPS, true]);
  const series = await onTheWire(address);
  expect(series.encoding).toBe("gzip");
  expect(series.bytes).toBeLessThanOrEqual(80_000);

  const page = await (await fetch(url)).text();
  const script = await onTheWire(`${url}/${/src="\/?([^"]+\.js)"/.exec(page)?.[1]}`);
  expect(script.encoding).toBe("br");
  expect(script.bytes).toBeLessThanOrEqual(90_000);
  expect(script.bytes).toBeGreaterThan(10_000);
});
