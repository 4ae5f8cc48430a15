import { createServer } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { fillTable, openWorkspace } from "../workspace.ts";

const HOUR = 3_600_000;
const COLUMNS = [
  { name: "SENSOR", type: "string" },
  { name: "AT", type: "timestamp" },
  { name: "READING", type: "number" },
] as const;
const usual = (t: number) => 20 + 5 * Math.sin((2 * Math.PI * t) / 24) + ((t * 7919) % 101) / 100;

it("a batch of readings sends each event once, by kind", async () => {
  const received: unknown[] = [];
  let answer = 500;
  const receiver = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      received.push(JSON.parse(Buffer.concat(parts).toString()));
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void receiver.close());
  const address = receiver.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const mm = await openWorkspace(
    "memory",
    `batch: { readings: true, alerts: { webhook: "http://127.0.0.1:${port}", quiet: 1ms } }\n`,
  );
  const rows = (from: number, to: number) =>
    ["A", "B", "C"].flatMap((sensor) =>
      Array.from({ length: to - from }, (_, i) => [
        sensor,
        (from + i) * HOUR,
        sensor !== "C" && from + i === 245 ? 500 : usual(from + i),
      ]),
    );
  await fillTable(mm, "HISTORY", [...COLUMNS], rows(0, 240));
  await fillTable(mm, "TODAY", [...COLUMNS], rows(240, 252));
  const run = await mm
    .foreachPartition("unit_id")
    .dopar(new URL("../../dist/model/builtin/sensor-anomalies.js", import.meta.url), {
      dataQuery: { table: "HISTORY", keyColumn: "SENSOR", orderBy: ["AT"] },
      exports: { target: "READING", time: "AT", period: 24, horizon: 3, holdout: 0 },
      mode: "local",
    });
  await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 3 });
  const batch = async () => (await mm.score({ model: "M", version: "V1", inputTable: "TODAY" })).alerts;
  // What was not received is due again.
  expect(await batch()).toMatchObject({ events: 2, due: 2, webhook: { delivered: false, attempts: 3 } });
  answer = 200;
  expect(await batch()).toMatchObject({ events: 2, due: 2, webhook: { delivered: true } });
  expect(received.at(-1)).toMatchObject({
    model: "M",
    version: "V1",
    kinds: [{ kind: "spike", sensors: 2, events: [{ since: "1970-01-11 05:00:00", value: 500 }, {}] }],
  });
  expect(await batch()).toEqual({ events: 2, due: 0, webhook: null });
});
