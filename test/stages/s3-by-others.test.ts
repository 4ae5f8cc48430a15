import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { stageContract } from "manymodel/contract";
import { openLocalEngine } from "manymodel/engines/local";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { s3Stage } from "../../src/stages/s3.ts";
import { until } from "../processes.ts";
import { CREDENTIALS } from "./s3-server.ts";

const MB = 2 ** 20;
const text = (s: string) => new TextEncoder().encode(s);

/** Servers that answer as S3 and were written by others: the program, its arguments, and where it comes from. */
const SERVERS = [
  {
    program: "moto_server",
    source: "pip install 'moto[s3,server]'",
    args: (port: number, _folder: string) => ["--host", "127.0.0.1", "--port", String(port)],
  },
  {
    program: "versitygw",
    source: "go install github.com/versity/versitygw/cmd/versitygw@latest",
    args: (port: number, folder: string) => ["--port", `127.0.0.1:${port}`, "posix", folder],
  },
] as const;

/** Returns a port that nothing listens at. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error(`not an address of TCP: ${address}`);
  return address.port;
}

describe.each(SERVERS)("a stage in the S3 of $program", ({ program, source, args }) => {
  const missing = spawnSync("which", [program]).status === 0 ? undefined : `no ${program} here (${source})`;
  describe.skipIf(missing !== undefined)(missing ?? "is a stage like any other", () => {
    let server: ChildProcess;
    let folder: string;
    let endpoint: string;
    let opened = 0;
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "manymodel-test-"));
      const port = await freePort();
      endpoint = `http://127.0.0.1:${port}`;
      for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
      const root = {
        ROOT_ACCESS_KEY: CREDENTIALS.AWS_ACCESS_KEY_ID,
        ROOT_SECRET_KEY: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
      };
      await mkdir(path.join(folder, "objects"));
      server = spawn(program, args(port, path.join(folder, "objects")), {
        env: { ...process.env, ...root },
        stdio: "ignore",
      });
      const client = new S3Client({ endpoint, forcePathStyle: true, region: "us-east-1" });
      await until(() =>
        client.send(new CreateBucketCommand({ Bucket: "bucket" })).then(
          () => true,
          () => false,
        ),
      );
      client.destroy();
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      server.kill();
      await rm(folder, { recursive: true, force: true });
    });
    const address = (url = `s3://bucket/stage/${opened++}`) => ({ url, endpoint, forcePathStyle: true });
    const open = (url?: string) => s3Stage(address(url));

    stageContract({ describe, it }, () => openLocalEngine(path.join(folder, String(opened)), { stage: address() }));

    it("keeps below its prefix, for any path", async () => {
      const [stage, whole] = [open("s3://bucket/a b/é&c/"), open("s3://bucket")];
      await stage.put("runs/x y/ü&'+%.json", text("x"));
      expect(await stage.list("runs/")).toEqual(["runs/x y/ü&'+%.json"]);
      expect(await whole.list("a b/")).toEqual(["a b/é&c/runs/x y/ü&'+%.json"]);
      expect(await stage.remove("runs/x y/")).toBe(1);
      expect(await whole.list("a b/")).toEqual([]);
    });

    it("takes large objects in parts, empty ones, and more objects than one list or deletion has", async () => {
      const stage = open();
      const bytes = randomBytes(40 * MB);
      await stage.put("large", bytes);
      expect(bytes.equals(await stage.get("large"))).toBe(true);
      await stage.put("empty", text(""));
      expect(await stage.get("empty")).toHaveLength(0);
      const names = Array.from({ length: 1250 }, (_, i) => `many/${String(i).padStart(4, "0")}`);
      for (let i = 0; i < names.length; i += 50)
        await Promise.all(names.slice(i, i + 50).map((name) => stage.put(name, text(name))));
      expect(await stage.list("many/")).toEqual(names);
      expect(await stage.remove("many/")).toBe(1250);
      expect(await stage.list("")).toEqual(["empty", "large"]);
    });

    it("names the error of a bucket, and a missing object", async () => {
      await expect(s3Stage(address("s3://none/x")).put("a", text("a"))).rejects.toMatchObject({
        kind: "config",
        message: /no such bucket; create it/,
      });
      await expect(open().get("a")).rejects.toMatchObject({ kind: "not-found" });
    });
  });
});
