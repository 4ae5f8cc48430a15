import { expect, it, onTestFinished } from "vitest";
import { startDashboard } from "../../dist/dashboard/server.js";
import { asking, openVersions } from "../serving/serving.ts";

it("bounds requests with a body as serve does, and answers chunks, HEAD and other methods", async () => {
  const mm = await openVersions({ versions: 2, units: 1, yaml: "serve: { max_body_kb: 64 }" });
  const errors: unknown[] = [];
  const { url, close } = await startDashboard(mm, {
    host: "127.0.0.1",
    port: 0,
    onError: (thrown) => void errors.push(thrown),
  });
  onTestFinished(close);
  const ask = asking({ url });
  /** Returns a body whose length is not stated. */
  const streamed = async (pieces: number) => {
    let bytes = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (bytes++ < pieces) controller.enqueue(new Uint8Array(65_536).fill(0x20));
        else controller.enqueue(new TextEncoder().encode('{"version":"V2"}'));
        if (bytes > pieces) controller.close();
      },
    });
    const init: RequestInit = { method: "POST", body, duplex: "half", headers: { "Content-Type": "application/json" } };
    return { answer: await fetch(`${url}/v1/aliases/M/a`, init), sent: bytes };
  };
  expect((await streamed(0)).answer.status).toBe(200);
  expect((await ask("POST /v1/aliases/M/a", { version: "x".repeat(70_000) })).status).toBe(413);
  // 300 MB if it were read to its end.
  const endless = await streamed(4800);
  expect(endless.answer.status).toBe(413);
  expect(endless.sent).toBeLessThan(4800);
  for (const [request, status, allowed] of [
    ["HEAD /", 200, null],
    ["HEAD /runs/x", 200, null],
    ["HEAD /api/runs", 200, null],
    ["POST /", 405, "GET, HEAD"],
    ["POST /api/runs", 405, "GET, HEAD"],
    ["PUT /v1/aliases/M/a", 405, "POST"],
    ["PUT /api/nothing", 404, null],
  ] as const) {
    const { headers, status: answered } = await ask(request);
    expect([request, answered, headers.get("Allow")]).toEqual([request, status, allowed]);
  }
  const runs = await fetch(`${url}/api/monitor`, { headers: { "Accept-Encoding": "gzip" } });
  expect(runs.headers.get("Vary")).toContain("Accept-Encoding");
  expect(errors).toEqual([]);
});
