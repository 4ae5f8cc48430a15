import { spawn, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { ACCESS } from "../../dist/serving/access.js";
import { until } from "../processes.ts";
import { openVersions, serve } from "./serving.ts";

const BODIES: Record<string, unknown> = {
  "POST /v1/models/{model}/{version}/predict": { keys: ["U00"], horizon: 2 },
  "POST /v1/models/{model}/{version}/readings": { keys: ["U00"], rows: [[]] },
  "POST /v1/aliases/{model}/{alias}": { version: "V2" },
  "POST /v1/aliases/{model}/{alias}/rollback": {},
  "POST /v1/overrides/{model}": { values: [{ partition: "s:U00", time: "1970-01-06", value: 1 }], reason: "why" },
  "POST /v1/overrides/{model}/remove": { partition: "s:U00" },
  "POST /v1/notes/{model}": { text: "a note" },
};

/** A request as every client is given it. */
interface Asked {
  readonly route: string;
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
}

/** Sends each request in turn, bodies without a stated length, and returns the statuses. */
type Client = (requests: readonly Asked[]) => Promise<number[]>;

/** Runs a program to its end; asynchronously, since the server that it asks is in this process. */
async function run(command: string, args: readonly string[], input = ""): Promise<string> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  child.stdin.end(input);
  await new Promise((resolve) => child.once("close", resolve));
  return output;
}

const PYTHON = `
import http.client, json, sys, urllib.parse
statuses = []
for asked in json.load(sys.stdin):
    url = urllib.parse.urlsplit(asked["url"])
    connection = http.client.HTTPConnection(url.netloc)
    headers = {} if asked["body"] is None else {"Content-Type": "application/json"}
    # An iterable of pieces has no length, so the client sends it in chunks.
    body = None if asked["body"] is None else (piece.encode() for piece in asked["body"])
    connection.request(asked["method"], url.path, body=body, headers=headers, encode_chunked=body is not None)
    answer = connection.getresponse()
    answer.read()
    statuses.append(answer.status)
print(json.dumps(statuses))
`;

const REQUESTS = `
import json, requests, sys
session = requests.Session()
statuses = []
for asked in json.load(sys.stdin):
    headers = {} if asked["body"] is None else {"Content-Type": "application/json"}
    # A generator has no length, so the client sends it in chunks.
    body = None if asked["body"] is None else (piece.encode() for piece in asked["body"])
    answer = session.request(asked["method"], asked["url"], data=body, headers=headers, timeout=30)
    statuses.append(answer.status_code)
print(json.dumps(statuses))
`;

/** `npm run test:api-fuzz` names a Python that has packages of PyPI. */
const PYTHON_PROGRAM = process.env.MANYMODEL_PYTHON ?? "python3";

interface Program {
  /** A command that succeeds where the client is installed. */
  readonly needs?: readonly [program: string, ...args: string[]];
  readonly send: Client;
}

const CLIENTS: Record<string, Program> = {
  "fetch of Node (undici)": {
    send: async (requests) => {
      const statuses: number[] = [];
      for (const { method, url, body } of requests) {
        const headers = { "Content-Type": "application/json" };
        const streamed: RequestInit = body === null ? {} : { body: new Blob([body]).stream(), duplex: "half", headers };
        const answer = await fetch(url, { method, ...streamed });
        await answer.arrayBuffer();
        statuses.push(answer.status);
      }
      return statuses;
    },
  },
  curl: {
    needs: ["curl", "--version"],
    send: async (requests) => {
      const args = requests.flatMap(({ method, url, body }, i) => [
        ...(i > 0 ? ["--next"] : []),
        ...["-s", "-o", "/dev/null", "-w", "%{http_code}\n", ...(method === "HEAD" ? ["-I"] : ["-X", method]), url],
        ...(body === null
          ? []
          : ["-d", body, "-H", "Content-Type: application/json", "-H", "Transfer-Encoding: chunked"]),
      ]);
      return (await run("curl", args)).trim().split("\n").map(Number);
    },
  },
  "http.client of Python": {
    needs: [PYTHON_PROGRAM, "--version"],
    send: async (requests) => JSON.parse(await run(PYTHON_PROGRAM, ["-c", PYTHON], JSON.stringify(requests))),
  },
  "requests of Python": {
    needs: [PYTHON_PROGRAM, "-c", "import requests"],
    send: async (requests) => JSON.parse(await run(PYTHON_PROGRAM, ["-c", REQUESTS], JSON.stringify(requests))),
  },
};

describe.each(Object.entries(CLIENTS))("a client written by others, %s", (name, { needs, send }) => {
  const missing = needs !== undefined && spawnSync(needs[0], needs.slice(1)).status !== 0;
  it.skipIf(missing)(
    `is answered by every route, bodies in chunks${missing ? `: skipped, since ${needs.join(" ")} fails` : ""}`,
    async () => {
      const mm = await openVersions({ versions: 3, units: 2 });
      await mm.registry.setModelAlias("M", "a", "V1");
      const { server, ask, errors } = await serve(mm);
      await until(async () => (await ask("GET /readyz")).status === 200);
      const { id } = await mm.notes.add("a note", { model: "M" });
      const routes = Object.keys(ACCESS);
      const heads = routes.filter((route) => route.startsWith("GET")).map((route) => route.replace("GET", "HEAD"));
      const requests = [...routes, ...heads].map((route): Asked => {
        const [method = "", path = ""] = route.split(" ");
        const place = path
          .replace("{model}", "M")
          .replace("{version}", method === "DELETE" ? "V3" : "V1")
          .replace("{alias}", "a")
          .replace("{note}", id)
          .replace("{partition}", "s:U00");
        const body = BODIES[route];
        return { route, method, url: server.url + place, body: body === undefined ? null : JSON.stringify(body) };
      });
      const statuses = await send(requests);
      const answered = requests.map(({ route }, i) => `${route}: ${statuses[i]}`);
      expect(answered, name).toEqual(requests.map(({ route }) => `${route}: 200`));
      expect(errors).toEqual([]);
    },
  );
});
