import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect } from "manymodel";
import { stageContract } from "manymodel/contract";
import { openLocalEngine } from "manymodel/engines/local";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { s3Stage } from "../../src/stages/s3.ts";
import { BIN } from "../processes.ts";
import { body, dailyQuery, fillDaily, temporaryFolder } from "../workspace.ts";
import { CREDENTIALS, type S3Server, startS3 } from "./s3-server.ts";

const MB = 2 ** 20;
const text = (s: string) => new TextEncoder().encode(s);

describe("a stage in S3", () => {
  let server: S3Server;
  let folder: string;
  let opened = 0;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "manymodel-test-"));
    server = await startS3(3);
    for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
  });
  afterEach(() => server.calm());
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const address = (url = `s3://bucket/stage/${opened++}`) => ({ url, endpoint: server.endpoint, forcePathStyle: true });
  const open = (url?: string) => s3Stage(address(url));
  const refused = (url: string, work = (stage: ReturnType<typeof open>) => stage.put("a", text("a"))) =>
    expect(work(open(url))).rejects;

  stageContract({ describe, it }, () => openLocalEngine(path.join(folder, String(opened)), { stage: address() }));

  it("keeps below its prefix, for any path", async () => {
    const [stage, whole] = [open("s3://bucket/a b/é&<c>/"), open("s3://bucket")];
    await stage.put("runs/x y/ü&'\"+%.json", text("x"));
    expect(await stage.list("runs/")).toEqual(["runs/x y/ü&'\"+%.json"]);
    expect(await whole.list("a b/")).toEqual(["a b/é&<c>/runs/x y/ü&'\"+%.json"]);
    expect(await stage.remove("runs/x y/")).toBe(1);
    expect(await whole.list("a b/")).toEqual([]);
    const other = open("s3://bucket/a");
    await other.put("x", text("x"));
    expect(await open("s3://bucket/a b").list("")).toEqual([]);
  });

  it("puts a large object in parts, and none of it if a part fails", async () => {
    const stage = open();
    const bytes = randomBytes(37 * MB);
    server.requests.length = 0;
    await stage.put("large", bytes);
    const parts = server.requests.filter((request) => /partNumber/.test(request));
    expect(parts).toHaveLength(3);
    expect(bytes.equals(await stage.get("large"))).toBe(true);
    server.disturb(/partNumber=2/, "deny");
    await expect(stage.put("other", bytes)).rejects.toMatchObject({
      kind: "config",
      message: /access denied; the credentials need s3:GetObject/,
    });
    await expect(stage.get("other")).rejects.toMatchObject({ kind: "not-found" });
    expect(server.uploads.size).toBe(0);
  });

  it("survives an overloaded service and connections that are cut", async () => {
    const stage = open();
    const bytes = randomBytes(300_000);
    server.disturb(/^PUT .*\/a$/, "slow-down", 2);
    server.disturb(/^PUT .*\/a$/, "cut");
    server.disturb(/^PUT .*\/a$/, "cut-after");
    await stage.put("a", bytes);
    server.disturb(/^GET .*\/a$/, "slow-down");
    server.disturb(/^GET .*\/a$/, "cut");
    server.disturb(/^GET .*\/a$/, "truncate", 3);
    expect(bytes.equals(await stage.get("a"))).toBe(true);
    server.disturb(/list-type/, "slow-down", 2);
    expect(await stage.list("a")).toEqual(["a"]);
    server.disturb(/delete/, "cut");
    expect(await stage.remove("a")).toBe(1);
    expect(await stage.list("")).toEqual([]);
  });

  it("reads on where a body was cut short, of the same object only", async () => {
    const stage = open();
    const bytes = randomBytes(300_000);
    await stage.put("a", bytes);
    const [before] = [server.requests.length];
    server.disturb(/^GET .*\/a$/, "truncate");
    expect(bytes.equals(await stage.get("a"))).toBe(true);
    expect(server.requests.slice(before).filter((request) => request.startsWith("GET"))).toHaveLength(2);
    server.disturb(/^GET .*\/a$/, "truncate", 100);
    await expect(stage.get("a")).rejects.toMatchObject({
      kind: "storage",
      message: /broke off after \d+ of 300000 bytes/,
    });
  });

  it("reports bytes that differ from those written", async () => {
    const stage = open();
    await stage.put("a", text("what was put"));
    server.disturb(/^GET .*\/a$/, "alter", 100);
    await expect(stage.get("a")).rejects.toMatchObject({ name: "ManymodelError" });
  });

  it("names the error of a bucket, of credentials, or of the clock", async () => {
    await refused("s3://none/x").toMatchObject({
      kind: "config",
      message: /^s3:\/\/none\/x\/a: .*no such bucket; create it/,
    });
    expect(() => open("s3://")).toThrow("has no bucket");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "unknown");
    await refused("s3://bucket").toMatchObject({
      kind: "config",
      message: /credentials are not accepted.*InvalidAccessKeyId/,
    });
    vi.stubEnv("AWS_ACCESS_KEY_ID", CREDENTIALS.AWS_ACCESS_KEY_ID);
    const file = path.join(folder, "none");
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, undefined as never);
    for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, file);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    await refused("s3://bucket").toMatchObject({ kind: "config", message: /no credentials; set AWS_ACCESS_KEY_ID/ });
    for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
  });

  it("holds a whole workspace's artifacts: trained by threads, registered, scored, queried", async () => {
    const home = await temporaryFolder();
    const { url, endpoint } = address();
    await writeFile(
      path.join(home, "manymodel.yaml"),
      `stage: { url: "${url}", endpoint: "${endpoint}", force_path_style: true }\ntrain: { workers: 2 }\n`,
    );
    const mm = await connect(path.join(home, "manymodel.yaml"));
    onTestFinished(() => mm.close());
    await fillDaily(mm, 12, 3);
    const run = await mm
      .foreachPartition("unit_id")
      .dopar(body("average"), { dataQuery: dailyQuery, modelRunId: "r", chunksPerJob: 3 });
    expect(run.index).toMatchObject({ succeeded: 12, failed: 0, segments: 3 });
    expect((await mm.runs.verify("r")).problems).toEqual([]);
    const { rows } = await mm.engine.tables.query(
      "SELECT count(*) FROM TRAINING_RESULTS WHERE OUTCOME = 'succeeded'",
      [],
      1,
    );
    expect(rows).toEqual([[12]]);
    const prefix = `${url.slice("s3://bucket/".length)}/runs/r/`;
    const stored = [...server.objects.keys()].filter((key) => key.startsWith(prefix));
    expect(stored.filter((key) => key.endsWith("segment.parquet"))).toHaveLength(3);
    for (const { body } of server.objects.values())
      expect(body.includes(CREDENTIALS.AWS_SECRET_ACCESS_KEY)).toBe(false);
  });

  it("is used by a command, in whose process and workers no library says a word", async () => {
    const home = await temporaryFolder();
    const { url, endpoint } = address();
    await writeFile(
      path.join(home, "manymodel.yaml"),
      `stage: { url: "${url}", endpoint: "${endpoint}", force_path_style: true }
source: { table: sales.csv, partition_by: sku, order_by: day, target: qty }
model: mean
train: { holdout: 0 }
`,
    );
    await writeFile(path.join(home, "sales.csv"), "sku,day,qty\nA,2026-01-01,1\nA,2026-01-02,2\n");
    const { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: _, ...env } = process.env;
    for (const mode of ["tasks", "local"]) {
      const child = spawn(process.execPath, [BIN, "train", "--mode", mode], { cwd: home, env });
      let stderr = "";
      child.stderr.on("data", (piece) => (stderr += piece));
      const [status] = await once(child, "close");
      expect([status, stderr]).toEqual([0, ""]);
    }
  });
});
