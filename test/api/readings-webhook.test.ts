import { createServer } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { HOUR, READINGS, registerDetector, usual } from "../sensors.ts";
import { fillTable, openWorkspace } from "../workspace.ts";

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
  await fillTable(mm, "TODAY", [...READINGS], rows(240, 252));
  await registerDetector(mm, rows(0, 240));
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
