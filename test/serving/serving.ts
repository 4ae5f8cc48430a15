import { writeFile } from "node:fs/promises";
import path from "node:path";
import { connect, type ManyModel } from "manymodel";
import { onTestFinished } from "vitest";
import { type RunningServer, type ServerOptions, startServer } from "../../dist/serving/server.js";
import { workspaceTokens } from "../../dist/serving/workspace-tokens.js";
import type { Role } from "../../src/serving/access.ts";
import type { RequestLine } from "../../src/serving/log.ts";
import { body, dailyQuery, fillDaily, openWorkspace } from "../workspace.ts";

/** The response of a server. */
export interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
  readonly headers: Headers;
}

/** Starts a server of a workspace, which ends after the test; returns it with its log. */
export async function serve(mm: ManyModel, options: Partial<ServerOptions> = {}) {
  const lines: RequestLine[] = [];
  const errors: string[] = [];
  const log = {
    request: (line: RequestLine) => void lines.push(line),
    error: (line: string) => void errors.push(line),
  };
  const server = await startServer(mm, { port: 0, workers: 1, log, ...options });
  onTestFinished(() => server.close());
  return { server, lines, errors, ask: asking(server) };
}

/** Asks a server: `METHOD path`, with a body as JSON. */
export function asking({ url }: Pick<RunningServer, "url">) {
  return async (line: string, json?: unknown, headers: Record<string, string> = {}): Promise<Answered> => {
    const [method, route] = line.split(" ") as [string, string];
    const content = json === undefined ? {} : { body: typeof json === "string" ? json : JSON.stringify(json) };
    const type = json === undefined ? {} : { "Content-Type": "application/json" };
    const response = await fetch(url + route, { method, ...content, headers: { ...type, ...headers } });
    const text = await response.text();
    const isJson = text !== "" && response.headers.get("Content-Type")?.startsWith("application/json");
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  };
}

/** Returns a file in a workspace's folder, on which some bodies wait. */
export const gateOf = ({ config }: ManyModel) => path.join(config.directory, "gate");

/** Time limits that a busy machine does not reach. */
const PATIENT = "serve: { timeout: 1h, predict_timeout: 1h }\n";

/**
 * Returns a workspace with some versions of model M of as many units, each of which forecasts its number (V1: 1, …).
 */
export async function openVersions({ versions = 1, units = 8, yaml = PATIENT } = {}): Promise<ManyModel> {
  const mm = await openWorkspace("local", yaml);
  await fillDaily(mm, units, 4);
  for (let n = 1; n <= versions; n++) {
    const options = { dataQuery: dailyQuery, chunksPerJob: 2, exports: { add: n, gate: gateOf(mm) } };
    const run = await mm.foreachPartition("unit_id").dopar(body("predicts-badly"), options);
    await mm.registry.logManyModel({ name: "M", version: `V${n}`, run, horizon: 2 });
  }
  return mm;
}

/** Returns the same workspace under another configuration. */
export async function reopened({ config }: ManyModel, yaml: string): Promise<ManyModel> {
  const file = path.join(config.directory, "other.yaml");
  await writeFile(file, yaml);
  const mm = await connect(file);
  onTestFinished(() => mm.close());
  return mm;
}

/** Returns the header of a new token. */
export async function bearer(mm: ManyModel, role: Role, name: string = role, expiresAt: Date | null = null) {
  const text = await workspaceTokens(mm).create({ name, role, expiresAt }, new Date());
  return { Authorization: `Bearer ${text}` };
}
