import { once } from "node:events";
import { request } from "node:http";
import { connect as dial } from "node:net";
import { describe, expect, it } from "vitest";
import { ACCESS } from "../../dist/serving/access.js";
import { until } from "../processes.ts";
import { asking, bearer, openVersions, serve } from "./serving.ts";

const PREDICT = "/v1/models/M/V1/predict";
const JSON_TYPE = "Content-Type: application/json\r\n";

/** Sends bytes over a connection of their own, and returns what came back until it was closed. */
async function exchange(port: number, ...pieces: string[]): Promise<string> {
  const socket = dial(port, "127.0.0.1");
  let text = "";
  socket.on("data", (data) => (text += data));
  socket.on("error", () => {});
  for (const piece of pieces) await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
  await once(socket, "close");
  return text;
}

/** Returns a body in pieces, as `Transfer-Encoding: chunked` has them. */
const chunked = (...pieces: string[]) =>
  `${pieces.map((piece) => `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`).join("")}0\r\n\r\n`;

const head = (method: string, path: string, headers = "") =>
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`;
const statusOf = (answer: string) => Number(answer.split(" ")[1]);

describe("a legal request is answered", () => {
  it("for a body with a length, in chunks, or byte by byte", async () => {
    const { server, errors } = await serve(await openVersions({ units: 2 }));
    const text = '{"keys":["U00"],"horizon":1}';
    const whole = `${head("POST", PREDICT, `${JSON_TYPE}Content-Length: ${text.length}\r\n`)}${text}`;
    const inChunks = (...pieces: string[]) => [
      head("POST", PREDICT, `${JSON_TYPE}Transfer-Encoding: chunked\r\n`),
      chunked(...pieces),
    ];
    for (const pieces of [[whole], inChunks(text), inChunks(...text), [...inChunks(...text).join("")]]) {
      const answer = await exchange(server.port, ...pieces);
      expect(answer).toContain('"mean":[1]');
      expect(statusOf(answer)).toBe(200);
    }
    expect(errors).toEqual([]);
  });

  it("from Node's client, which sends chunks when a length is not stated", async () => {
    const { server } = await serve(await openVersions({ units: 1 }));
    const sending = request(server.url + PREDICT, { method: "POST", headers: { "Content-Type": "application/json" } });
    sending.write('{"keys":');
    sending.end('["U00"]}');
    const [answer] = await once(sending, "response");
    expect(answer.statusCode).toBe(200);
    answer.resume();
  });

  it("HEAD as GET without the body, and with the same role", async () => {
    const mm = await openVersions({ units: 1 });
    const { server, ask } = await serve(mm);
    for (const route of Object.keys(ACCESS).filter((route) => route.startsWith("GET"))) {
      const path = route.slice(4).replace("{model}", "M").replace("{version}", "V1").replace("{partition}", "s:U00");
      await until(async () => (await ask("GET /readyz")).status === 200);
      const [got, headed] = [await ask(`GET ${path}`), await ask(`HEAD ${path}`)];
      expect([path, headed.status, headed.body]).toEqual([path, got.status, ""]);
      expect(headed.headers.get("Content-Type")).toBe(got.headers.get("Content-Type"));
    }
    await bearer(mm, "viewer");
    expect((await asking(server)("HEAD /v1/models")).status).toBe(401);
    expect((await asking(server)("HEAD /healthz")).status).toBe(200);
  });

  it("405 with the methods of the path for another method, 404 for a path that is none", async () => {
    const { ask, server } = await serve(await openVersions({ units: 1 }));
    for (const [question, allowed] of [
      ["PUT /v1/models", "GET, HEAD"],
      ["POST /healthz", "GET, HEAD"],
      ["PATCH /v1/models/M/V1", "GET, HEAD, DELETE"],
      [`GET ${PREDICT}`, "POST"],
      [`HEAD ${PREDICT}`, "POST"],
      ["OPTIONS /v1/aliases/M/a", "POST"],
    ] as const) {
      const { status, headers, body } = await ask(question);
      expect([question, status, headers.get("Allow")]).toEqual([question, 405, allowed]);
      if (!question.startsWith("HEAD")) expect(body.error.kind).toBe("method-not-allowed");
    }
    expect((await ask("PUT /v1/nothing")).status).toBe(404);
    expect((await ask("GET /openapiXjson")).status).toBe(404);
    expect(statusOf(await exchange(server.port, head("PROPFIND", "/v1/models")))).toBe(405);
  });

  it("415 for a compressed body, 400 for one that is not UTF-8, and none is taken for another key", async () => {
    const { ask, server } = await serve(await openVersions({ units: 1 }));
    const zipped = await ask(`POST ${PREDICT}`, '{"keys":["U00"]}', { "Content-Encoding": "gzip" });
    expect([zipped.status, zipped.body.error.kind]).toEqual([415, "unsupported"]);
    const latin = Buffer.from('{"keys":["\xfc"]}', "latin1");
    const response = await fetch(server.url + PREDICT, {
      ...{ method: "POST", body: latin, headers: { "Content-Type": "application/json" } },
    });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("not UTF-8")]);
  });
});

describe("a request that is too much is refused before it costs", () => {
  it("in bytes, whether its length is stated or not", async () => {
    const { server, errors } = await serve(await openVersions({ units: 1, yaml: "serve: { max_body_kb: 64 }" }));
    const large = `{"keys":["${"x".repeat(70_000)}"]}`;
    const lengths = `${JSON_TYPE}Content-Length: ${large.length}\r\n`;
    expect(statusOf(await exchange(server.port, head("POST", PREDICT, lengths)))).toBe(413);
    const endless = head("POST", PREDICT, `${JSON_TYPE}Transfer-Encoding: chunked\r\n`);
    const answer = await exchange(server.port, endless, `${large.length.toString(16)}\r\n${large}`);
    expect(statusOf(answer)).toBe(413);
    expect(answer).toContain("65536 bytes (serve.max_body_kb)");
    expect(errors).toEqual([]);
  });

  it("in values, depth, elements and members", async () => {
    const { ask, errors } = await serve(await openVersions({ units: 1, yaml: "serve: { max_body_kb: 4096 }" }));
    const n = 120_000;
    const many = (element: string, count = n) => Array(count).fill(element).join(",");
    const members = Array.from({ length: n }, (_, i) => `"m${i}":1`).join(",");
    for (const [text, status, message] of [
      [`{"keys":[${many("{}", 340_000)}]}`, 413, "more than 250000 values (serve.max_values)"],
      [`{"keys":[${many("{}")}]}`, 400, `keys: has ${n} elements; at most 1000`],
      [`{"keys":[[${many("{}")}]]}`, 400, "keys[0]: must be a value, or for a composite key a list"],
      [`{"keys":[{${members}}]}`, 400, "keys[0] is {"],
      [`{"keys":["U00"],"levels":[${many("0")}]}`, 400, `levels: has ${n} elements; at most 20`],
      [`{"keys":["U00"],"rows":[[${many("0")}]]}`, 400, "rows[0]: must be a list of rows"],
      [`{"keys":["U00"],"rows":[${many("[]")}]}`, 400, `rows has ${n} lists for 1 keys`],
      [`{"keys":["U00"],"rows":[[{${members}}]]}`, 400, 'rows[0][0] has a column "m0"'],
      [`{"keys":["U00"],${members}}`, 400, 'json: has an unknown member "m0"'],
      [`{"keys":["U00"],${many('"rows":[]')}}`, 400, "rows has 0 lists for 1 keys"],
      ["[".repeat(1_000_000), 400, "nested more than 8 levels deep"],
      [`{"keys":${"[".repeat(50_000)}${"]".repeat(50_000)}}`, 400, "nested more than 8 levels deep"],
      [`{"keys":["${"\\\\".repeat(400_000)}`, 400, "Malformed JSON"],
    ] as const) {
      const answer = await ask(`POST ${PREDICT}`, text);
      expect([answer.status, answer.body.error.message]).toEqual([status, expect.stringContaining(message)]);
      expect(answer.body.error.message.length).toBeLessThan(400);
    }
    expect(errors).toEqual([]);
  });

  it("in the numbers of its answer", async () => {
    const { ask } = await serve(await openVersions({ units: 1, yaml: "serve: { max_numbers: 30 }" }));
    const predict = (horizon: number, levels: number[]) => ask(`POST ${PREDICT}`, { keys: ["U00"], horizon, levels });
    expect((await predict(10, [80])).status).toBe(200);
    const refused = await predict(11, [80]);
    expect([refused.status, refused.body.error.message]).toEqual([
      400,
      "the answer would have 33 numbers, more than 30 (serve.max_numbers); ask for fewer keys, steps or levels at once",
    ]);
  });

  it("in time: bodies that trickle hold no place, and are ended", async () => {
    const mm = await openVersions({ units: 1, yaml: "serve: { max_concurrent: 2, timeout: 3s, predict_timeout: 1h }" });
    const { server, ask, lines } = await serve(mm);
    const opening = head("POST", PREDICT, `${JSON_TYPE}Content-Length: 100\r\n`);
    const slow = Array.from({ length: 8 }, () => exchange(server.port, opening, '{"keys":'));
    await until(async () => /requests_under_way 9/.test((await ask("GET /metrics")).body));
    expect((await ask(`POST ${PREDICT}`, { keys: ["U00"] })).status).toBe(200);
    for (const answer of await Promise.all(slow)) {
      expect(statusOf(answer)).toBe(408);
      expect(answer).toContain("the body took longer than 3 s to arrive (serve.timeout)");
      expect(answer).toMatch(/^connection: close\r$/im);
    }
    expect(lines.filter(({ status }) => status === 408)).toHaveLength(8);
  });

  it("in memory: bodies that arrive together hold no more than as many requests may have", async () => {
    const mm = await openVersions({ units: 1, yaml: "serve: { max_concurrent: 2, max_body_kb: 64, timeout: 1h }" });
    const { server, ask } = await serve(mm);
    const opening = head("POST", PREDICT, `${JSON_TYPE}Content-Length: 60000\r\n`);
    const sockets = [1, 2].map(() => dial(server.port, "127.0.0.1").on("error", () => {}));
    for (const socket of sockets) socket.write(`${opening}${" ".repeat(59_000)}`);
    await until(async () => (await ask(`POST ${PREDICT}`, `${" ".repeat(20_000)}{"keys":["U00"]}`)).status === 503);
    const refused = await ask(`POST ${PREDICT}`, `${" ".repeat(20_000)}{"keys":["U00"]}`);
    expect([refused.body.error.kind, refused.headers.get("Retry-After")]).toEqual(["busy", "1"]);
    expect((await ask(`POST ${PREDICT}`, { keys: ["U00"] })).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    await until(async () => (await ask(`POST ${PREDICT}`, `${" ".repeat(20_000)}{"keys":["U00"]}`)).status === 200);
  });
});
