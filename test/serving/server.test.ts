import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect as dial } from "node:net";
import type { ManyModel } from "manymodel";
import { forecast, holtWinters } from "manymodel/forecast";
import { describe, expect, it } from "vitest";
import { start, until } from "../processes.ts";
import { body, dailyQuery, fillDaily, fillTable, openWorkspace } from "../workspace.ts";
import { asking, bearer, gateOf, openVersions, reopened, serve } from "./serving.ts";

const M = "/v1/models/M";
const keys = (n: number) => Array.from({ length: n }, (_, i) => `U${String(i).padStart(2, "0")}`);

/** Returns the rows of a batch by partition key: key, step, forecast, bounds. */
async function batch(mm: ManyModel, columns: string) {
  await mm.registry.runBatch({ model: "M", version: "V1", inputTable: "SALES", outputTable: "OUT", horizon: 9 });
  const { rows } = await mm.engine.tables.query(`SELECT ${columns} FROM OUT ORDER BY PARTITION_KEY, STEP`, [], 10_000);
  return rows;
}

describe("predictions", () => {
  it("are those of a batch, and of a fit in this process, to the bit", async () => {
    const mm = await openWorkspace("local");
    const DAY = 86_400_000;
    const UNITS = Array.from({ length: 300 }, (_, i) => `U${String(i).padStart(3, "0")}`);
    const series = UNITS.map((_, unit) =>
      Array.from(
        { length: 40 },
        (_, day) => 20 + unit / 7 + 3 * Math.sin(day * 0.9) + ((day * day * 7 + unit) % 11) / 3,
      ),
    );
    const rows = series.flatMap((y, unit) => y.map((value, day) => [UNITS[unit], day * DAY, value]));
    const info = [
      { name: "UNIT_ID", type: "string" },
      { name: "OBS_DATE", type: "date" },
      { name: "Y", type: "number" },
    ] as const;
    await fillTable(mm, "SALES", [...info], rows);
    const run = await mm
      .foreachPartition("unit_id")
      .dopar(body("smoothed"), { dataQuery: dailyQuery, chunksPerJob: 1 });
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 9 });
    const { ask } = await serve(mm);
    const keys = UNITS.toReversed();
    const answer = await ask(`POST ${M}/V1/predict`, { keys: keys, horizon: 9, levels: [95, 80] });
    expect(answer.status).toBe(200);
    const { predictions } = answer.body;
    const written = await batch(mm, "FORECAST, LO_80, HI_80, LO_95, HI_95");
    const served = [...predictions]
      .reverse()
      .flatMap(({ mean, lower, upper }) =>
        [...mean.keys()].map((i) => [mean[i], lower[0][i], upper[0][i], lower[1][i], upper[1][i]]),
      );
    expect(served).toHaveLength(2700);
    expect(served).toStrictEqual(written);
    series.forEach((y, unit) => {
      const expectation = forecast(holtWinters(Float64Array.from(y), { period: 7 }), { h: 9, levels: [80, 95] });
      const { mean, lower, upper, times } = predictions[299 - unit];
      expect(mean).toStrictEqual(Array.from(expectation.mean));
      expect(lower).toStrictEqual(expectation.lower.map((bound) => Array.from(bound)));
      expect(upper).toStrictEqual(expectation.upper.map((bound) => Array.from(bound)));
      expect(times[0]).toBe("1970-02-10");
    });
    // From several blocks of one segment, one at a time.
    for (const unit of [0, 255, 256, 299]) {
      const one = await ask(`POST ${M}/default/predict`, { keys: [UNITS[unit]], horizon: 9 });
      expect(one.body.predictions[0]).toEqual(predictions[299 - unit]);
    }
  });

  it("of models that score rows need the rows, and are those of a batch", async () => {
    const mm = await openWorkspace("local");
    await fillDaily(mm, 3, 4);
    const run = await mm.foreachPartition("unit_id").dopar(body("per-row"), { dataQuery: dailyQuery });
    await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 1 });
    const { ask } = await serve(mm);
    const row = (day: number, Y: number | null) => ({ OBS_DATE: `1970-01-0${day}`, Y });
    const rows = [[row(1, 0.25), row(2, 0.1)], [row(4, 1e300)], []];
    const { body: answer } = await ask(`POST ${M}/V1/predict`, { keys: keys(3), rows, levels: [] });
    expect(answer.predictions).toMatchObject([
      { status: "OK", mean: [0.5, 0.2], times: ["1970-01-01", "1970-01-02"], lower: [] },
      { status: "OK", mean: [2e300], times: ["1970-01-04"] },
      { status: "ERROR", errorType: "predict-error", errorMessage: "this model scores rows; give the rows to score" },
    ]);
    const { rows: table } = await mm.engine.tables.query(
      "SELECT Y FROM SALES WHERE UNIT_ID = 'U01' ORDER BY OBS_DATE",
      [],
      10,
    );
    const values = (table as number[][]).map(([y], i) => row(i + 1, y!));
    const one = await ask(`POST ${M}/V1/predict`, { keys: ["U01"], rows: [values] });
    const written = await batch(mm, "PARTITION_KEY, FORECAST");
    const ofUnit = (written as [string, number][]).filter(([key]) => key === "s:U01").map(([, value]) => value);
    expect(one.body.predictions[0].mean).toStrictEqual(ofUnit);
    for (const [bad, message] of [
      [[[], []], "rows has 2 lists for 1 keys"],
      [[[{ Z: 1 }]], 'rows[0][0] has a column "Z"; the model was trained on UNIT_ID, OBS_DATE, Y'],
      [[[{ Y: "1" }]], 'rows[0][0].Y is "1", which is not a number'],
      [[[{ OBS_DATE: "soon" }]], 'rows[0][0].OBS_DATE is "soon", which is not a date'],
    ] as const) {
      const refused = await ask(`POST ${M}/V1/predict`, { keys: ["U01"], rows: bad });
      expect([refused.status, refused.body.error.kind]).toEqual([400, "input"]);
      expect(refused.body.error.message).toContain(message);
    }
  });

  it("fail key by key: one that hangs, ends its thread or throws costs its own answer only", async () => {
    const mm = await openVersions({ yaml: "serve: { timeout: 1h, predict_timeout: 1500ms }" });
    const { ask } = await serve(mm);
    const keys = ["U00", "U01", "U02", "U03", "no such", null, "U05"];
    const { status, body } = await ask(`POST ${M}/V1/predict`, { keys: keys });
    expect(status).toBe(200);
    expect(body.predictions.map((p: { status: string; errorType?: string }) => [p.status, p.errorType])).toEqual([
      ["OK", undefined],
      ["ERROR", "timeout"],
      ["ERROR", "worker-lost"],
      ["ERROR", "predict-error"],
      ["NO_MODEL", "unknown-key"],
      ["NO_MODEL", "unknown-key"],
      ["OK", undefined],
    ]);
    expect(body.predictions[6]).toMatchObject({ mean: [1, 1], key: { UNIT_ID: "U05" }, partitionKey: "s:U05" });
    const { body: metrics } = await ask("GET /metrics");
    expect(metrics).toContain('manymodel_partitions_total{status="OK"} 2');
    expect(metrics).toContain('manymodel_partitions_total{status="ERROR"} 3');
    expect(metrics).toContain("manymodel_workers_lost_total 3");
    expect(metrics).toContain('manymodel_cache_lookups_total{result="miss"} 2');
  });

  it("of one request are of one version, even if the alias moves meanwhile", async () => {
    const mm = await openVersions({ versions: 2 });
    await mm.registry.setModelAlias("M", "champion", "V1");
    const { ask } = await serve(mm);
    let moving = true;
    const mover = (async () => {
      for (let n = 0; n < 40 || moving; n++) {
        const { status } = await ask("POST /v1/aliases/M/champion", { version: n % 2 ? "V1" : "V2" });
        expect(status).toBe(200);
      }
    })();
    const distinct = new Set<string>();
    const keys = ["U00", "U05", "U06", "U07"];
    for (let i = 0; i < 60 || distinct.size < 2; i++) {
      const answers = await Promise.all(
        [1, 2].map(() => ask(`POST ${M}/champion/predict`, { keys: keys, horizon: 3 })),
      );
      for (const { body } of answers) {
        const value = body.version === "V1" ? 1 : 2;
        expect(body.predictions.map((p: { mean: number[] }) => p.mean)).toEqual(keys.map(() => [value, value, value]));
        distinct.add(body.version);
      }
    }
    moving = false;
    await mover;
    expect([...distinct].sort()).toEqual(["V1", "V2"]);
  });
});

describe("the registry over HTTP", () => {
  it("shows models, versions and partitions, moves aliases, rolls them back, deletes, and logs who did it", async () => {
    const mm = await openVersions({ versions: 3 });
    const operator = await bearer(mm, "operator", "ann");
    const admin = await bearer(mm, "admin", "root");
    const { ask } = await serve(mm);
    const to = (version: string) => ask("POST /v1/aliases/M/champion", { version }, operator);
    for (const version of ["V1", "V2", "V3"]) expect((await to(version)).status).toBe(200);
    const back = () => ask("POST /v1/aliases/M/champion/rollback", {}, operator);
    expect((await back()).body).toEqual({ model: "M", alias: "champion", version: "V2" });
    expect((await ask(`POST ${M}/champion/predict`, { keys: ["U00"] }, operator)).body.version).toBe("V2");
    expect((await back()).body.version).toBe("V1");
    expect(await back()).toMatchObject({ status: 409, body: { error: { kind: "conflict" } } });
    expect(await to("V9")).toMatchObject({ status: 404, body: { error: { kind: "not-found" } } });
    expect(await ask(`DELETE ${M}/V1`, undefined, admin)).toMatchObject({ status: 409 });
    expect(await ask(`DELETE ${M}/V3`, undefined, admin)).toMatchObject({ status: 200 });
    const { entries } = (await ask("GET /v1/audit?model=M&limit=20", undefined, operator)).body;
    expect(entries.slice(-6).map((entry: { by: string; action: string }) => [entry.by, entry.action])).toEqual([
      ...[
        ["ann", "set-alias"],
        ["ann", "set-alias"],
        ["ann", "set-alias"],
      ],
      ...[
        ["ann", "rollback-alias"],
        ["ann", "rollback-alias"],
        ["root", "delete-version"],
      ],
    ]);
    const tokens = (await mm.models.audit()).filter(({ action }) => action === "create-token");
    expect(tokens.map(({ details }) => details)).toEqual([
      { token: "ann", role: "operator" },
      { token: "root", role: "admin" },
    ]);
    const get = async (route: string) => (await ask(`GET ${route}`, undefined, operator)).body;
    expect((await get("/v1/models")).models).toMatchObject([{ model: "M", versions: 2, newest: { version: "V2" } }]);
    expect((await get(M)).versions.map(({ version }: { version: string }) => version)).toEqual(["V2", "V1"]);
    expect((await get("/v1/aliases?model=M")).aliases).toMatchObject([{ alias: "champion", version: "V1" }]);
    expect(await get(`${M}/champion`)).toMatchObject({ version: "V1", succeeded: 8, aliases: ["champion"] });
    const page = await get(`${M}/V1/partitions?offset=3&limit=3`);
    expect(page).toMatchObject({ total: 8, offset: 3 });
    expect(page.partitions.map(({ partitionKey }: { partitionKey: string }) => partitionKey)).toEqual(
      ["U03", "U04", "U05"].map((key) => `s:${key}`),
    );
    expect((await get(`${M}/V1/partitions?offset=8`)).partitions).toEqual([]);
    expect(await get(`${M}/V1/partitions/s:U04`)).toMatchObject({ key: { UNIT_ID: "U04" }, fitted: { kind: "told" } });
  });

  it("takes overrides and notes in the caller's name, and predictions have the forecasts that count", async () => {
    const mm = await openVersions();
    const ann = await bearer(mm, "operator", "ann");
    let now = Date.now();
    const { ask } = await serve(mm, { clock: () => new Date(now) });
    const predict = async () => {
      const body = { keys: ["U00", "x"], horizon: 2 };
      return (await ask(`POST ${M}/V1/predict`, body, ann)).body.predictions;
    };
    const [{ times, mean }] = await predict();
    const values = [{ partition: "s:U00", time: times[1], value: 7 }];
    const set = await ask("POST /v1/overrides/M", { values, reason: "promotion", expires: "1d" }, ann);
    expect(set).toMatchObject({ status: 200, body: { model: "M", overrides: 1 } });
    // Overrides are read again after 5 seconds.
    now += 5000;
    const [first, second] = await predict();
    expect([first.mean, first.final, second.final]).toEqual([mean, [mean[0], 7], undefined]);
    const listed = (await ask("GET /v1/overrides/M?partition=s:U00", undefined, ann)).body.overrides;
    expect(listed).toMatchObject([{ time: times[1], value: 7, reason: "promotion", by: "ann" }]);
    expect((await ask("POST /v1/overrides/M/remove", { partition: "s:U00" }, ann)).status).toBe(200);
    now += 5000;
    expect((await predict())[0].final).toBeUndefined();
    const refused = await ask("POST /v1/overrides/M", { values, reason: " " }, ann);
    expect(refused).toMatchObject({ status: 400, body: { error: { message: expect.stringContaining("no reason") } } });
    const { body: note } = await ask("POST /v1/notes/M", { partition: "s:U01", text: "closed" }, ann);
    expect((await ask("GET /v1/notes/M", undefined, ann)).body.notes).toEqual([note]);
    expect(await ask(`DELETE /v1/notes/M/${note.id}`, undefined, ann)).toMatchObject({ status: 200 });
    expect((await ask("GET /v1/notes/M", undefined, ann)).body.notes).toEqual([]);
  });

  it("answers unknown and wrong requests with the reason", async () => {
    const mm = await openVersions();
    const { ask, errors } = await serve(mm);
    const predict = (json: unknown) => ask(`POST ${M}/V1/predict`, json);
    const cases = [
      [predict({ keys: [7] }), 400, "input", "keys[0]: UNIT_ID is 7, which is not a string"],
      [predict({ keys: [["U00", "U01"]] }), 400, "input", "a key of this model is UNIT_ID (string)"],
      [predict({ keys: [{ UNIT_ID: "U00", X: 1 }] }), 400, "input", "a key of this model is UNIT_ID (string)"],
      [predict({ keys: [] }), 400, "input", "keys: "],
      [predict({ keys: ["U00"], horizon: 0 }), 400, "input", "horizon: "],
      [predict({ keys: ["U00"], horizon: 1001 }), 400, "input", "horizon: "],
      [predict({ keys: ["U00"], levels: [100] }), 400, "input", "levels[0]: "],
      [predict({ keys: ["U00"], levels: [0.95] }), 400, "input", "levels[0]: a percentage of at least 1"],
      [predict({ keys: ["U00"], level: 80 }), 400, "input", "level"],
      [predict({ keys: Array.from({ length: 1001 }, () => "U00") }), 400, "input", "keys: "],
      [predict({ keys: ["x".repeat(1_100_000)] }), 413, "too-large", "1048576 bytes"],
      [predict('{"keys":["U00"'), 400, "input", "Malformed JSON"],
      [ask("POST /v1/models/..%2F..%2Fetc/V1/predict", { keys: ["U00"] }), 404, "not-found", '"../../etc"'],
      [ask(`POST ${M}/..%2FV1/predict`, { keys: ["U00"] }), 404, "not-found", '"../V1"'],
      [ask(`POST ${M}/%27%20OR%201=1/predict`, { keys: ["U00"] }), 404, "not-found", "' OR 1=1"],
      [ask("GET /v1/models/N"), 404, "not-found", '"N"'],
      [ask(`GET ${M}/V1/partitions/s:Z`), 404, "not-found", '"s:Z"'],
      [ask(`GET ${M}/V1/partitions/..%2F..%2Fmanifest.json`), 404, "not-found", "has no partition"],
      [ask(`GET ${M}/V1/partitions?limit=0`), 400, "input", "limit: "],
      [ask("GET /v1/audit?limit=many"), 400, "input", "limit: "],
      [ask("GET /v1/nothing"), 404, "not-found", "there is nothing at GET"],
      [ask("PUT /v1/models"), 405, "method-not-allowed", '"/v1/models" answers GET, HEAD, not PUT'],
      [ask("POST /v1/aliases/M/..%2Fa", { version: "V1" }), 400, "usage", 'alias "../a" is not allowed'],
    ] as const;
    for (const [request, status, kind, message] of cases) {
      const { status: answered, body } = await request;
      expect([answered, body.error?.kind], message).toEqual([status, kind]);
      expect(body.error.message).toContain(message);
      expect(body.error.message).not.toContain("\n");
    }
    const form = await ask(`POST ${M}/V1/predict`, '{"keys":["U00"]}', { "Content-Type": "text/plain" });
    expect([form.status, form.body.error.kind]).toEqual([415, "unsupported"]);
    expect(errors).toEqual([]);
  });

  it("says of its own mistakes no more than that there was one", async () => {
    const mm = await openVersions();
    const { ask, errors } = await serve(mm);
    await until(async () => (await ask("GET /readyz")).status === 200);
    mm.models.list = () => Promise.reject(new Error("a path: /secret"));
    const { status, body } = await ask("GET /v1/models");
    expect([status, body.error.kind]).toEqual([500, "internal"]);
    expect(body.error.message).not.toContain("secret");
    expect(errors[0]).toContain("/secret");
  });
});

describe("limits", () => {
  it("refuse requests beyond max_concurrent", async () => {
    const mm = await openVersions({ yaml: "serve: { max_concurrent: 2, timeout: 1h, predict_timeout: 1h }" });
    const { ask, server } = await serve(mm);
    const predict = (key: string) => ask(`POST ${M}/V1/predict`, { keys: [key] });
    const [waiting, also] = [predict("U04"), predict("U04")];
    await until(async () => /requests_under_way 3/.test((await asking(server)("GET /metrics")).body));
    const refused = await predict("U00");
    expect([refused.status, refused.body.error.kind, refused.headers.get("Retry-After")]).toEqual([503, "busy", "1"]);
    await writeFile(gateOf(mm), "");
    for (const late of [waiting, also]) expect((await late).status).toBe(200);
    expect((await predict("U00")).status).toBe(200);
  });

  it("end requests that take too long", async () => {
    const mm = await openVersions({ yaml: "serve: { timeout: 50ms }" });
    const { ask } = await serve(mm);
    const hanging = await ask(`POST ${M}/V1/predict`, { keys: ["U01"] });
    expect(hanging).toMatchObject({ status: 504, body: { error: { kind: "timeout" } } });
    expect((await ask("GET /healthz")).body).toEqual({ status: "ok" });
  });
});

describe("manymodel serve", () => {
  it("prints its address, logs each request as JSON, and finishes requests under way when it stops", async () => {
    const mm = await openVersions();
    const { Authorization } = await bearer(mm, "viewer", "bob");
    const { child, ended, output } = start(mm, "serve", "--port", "0", "--json");
    await until(async () => output().stdout.trimEnd().endsWith("}"));
    const { url, tokensNeeded } = JSON.parse(output().stdout);
    expect(tokensNeeded).toBe(true);
    const ask = asking({ url });
    await until(async () => (await ask("GET /readyz")).status === 200);
    expect((await ask(`POST ${M}/V1/predict`, { keys: ["U00"] })).status).toBe(401);
    const slow = ask(`POST ${M}/V1/predict`, { keys: ["U04"] }, { Authorization });
    await until(async () =>
      /requests_under_way 2/.test((await ask("GET /metrics", undefined, { Authorization })).body),
    );
    child.kill("SIGTERM");
    await until(async () => {
      const answer = await ask("GET /readyz").catch(() => undefined);
      return answer?.status !== 200;
    });
    await writeFile(gateOf(mm), "");
    const { status, body, headers } = await slow;
    expect([status, body.predictions[0].status, headers.get("Connection")]).toEqual([200, "OK", "close"]);
    expect((await ended)[0]).toBe(0);
    await expect(ask("GET /healthz")).rejects.toThrow();
    const lines = output()
      .stderr.trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ method: "POST", path: `${M}/V1/predict`, status: 200, by: "bob" });
    expect(lines.filter(({ status }) => status === 401)).toMatchObject([{ by: null }]);
    expect(output().stderr).not.toContain(Authorization.slice(-43));
  });

  it("refuses to serve other machines without a token, naming the remedy", async () => {
    const mm = await openVersions();
    for (const [args, message] of [
      [["--host", "0.0.0.0"], "host 0.0.0.0 opens the server to other machines"],
      [["--host", "::"], "host :: opens the server to other machines"],
    ] as const) {
      const { ended, output } = start(mm, "serve", "--port", "0", ...args);
      expect((await ended)[0]).toBe(2);
      expect(output().stderr).toContain(message);
      expect(output().stderr).toContain("manymodel token create");
    }
    const proxied = await reopened(mm, "serve: { hosts: [forecasts.example] }");
    await expect(serve(proxied)).rejects.toThrow("serve.hosts opens the server to other machines");
    await bearer(mm, "viewer");
    const { ask } = await serve(proxied);
    expect((await ask("GET /v1/models")).status).toBe(401);
  });

  it("is not fooled by other names for this machine, nor by pages of other sites", async () => {
    const mm = await openVersions();
    const { server, ask } = await serve(mm);
    /** Sends a request over a socket, because Node's `fetch` chooses the Host itself. */
    const raw = async (headers: string) => {
      const socket = dial(server.port, "127.0.0.1");
      let text = "";
      socket.on("data", (data) => (text += data));
      socket.write(`GET /v1/models HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);
      await once(socket, "close");
      return Number(text.split(" ")[1]);
    };
    expect(await raw("Host: evil.example\r\n")).toBe(403);
    expect(await raw("Host: 127.0.0.1.evil.example\r\n")).toBe(403);
    expect(await raw(`Host: localhost:${server.port}\r\n`)).toBe(200);
    expect(await raw(`Host: [::1]:${server.port}\r\n`)).toBe(200);
    expect(await raw(`Host: localhost\r\nOrigin: http://evil.example\r\n`)).toBe(403);
    expect(await raw(`Host: localhost\r\nOrigin: null\r\n`)).toBe(403);
    expect(await raw(`Host: localhost:1\r\nOrigin: http://localhost:2\r\n`)).toBe(403);
    expect(await raw(`Host: localhost:1\r\nOrigin: http://localhost:1\r\n`)).toBe(200);
    const moved = await ask("POST /v1/aliases/M/a", '{"version":"V1"}', { "Content-Type": "text/plain" });
    expect(moved.status).toBe(415);
    expect(await mm.registry.showAliases("M")).toEqual([]);
  });
});
