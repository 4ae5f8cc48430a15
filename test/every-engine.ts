import { writeFile } from "node:fs/promises";
import path from "node:path";
import { connect, type ManyModel } from "manymodel";
import { onTestFinished } from "vitest";
import { startPostgres, whyNoPostgres } from "./engines/postgres-server.ts";
import { openTestAccount } from "./snowflake/account.ts";
import { temporaryFolder } from "./workspace.ts";

/** An engine with SQL: its name, why it is not here (undefined: it is), and a new workspace of it. */
type EveryEngine = readonly [name: string, missing: string | undefined, open: (yaml: string) => Promise<ManyModel>];

async function open(yaml: string): Promise<ManyModel> {
  const file = path.join(await temporaryFolder(), "manymodel.yaml");
  await writeFile(file, yaml);
  const mm = await connect(file);
  onTestFinished(() => mm.close());
  await mm.engine.preparation?.prepare();
  return mm;
}

async function openPostgres(yaml: string): Promise<ManyModel> {
  const server = startPostgres();
  onTestFinished(() => server.stop());
  return open(`${yaml}engine: postgres\npostgres: { url: "${server.url()}", schema: lab }\n`);
}

async function openSnowflake(yaml: string): Promise<ManyModel> {
  const account = await openTestAccount();
  onTestFinished(() => account.close());
  return open(`${yaml}engine: snowflake\nsnowflake: ${JSON.stringify(account.block("LAB"))}\n`);
}

/** Every engine that answers SQL. */
export const EVERY_ENGINE: readonly EveryEngine[] = [
  ["local", undefined, open],
  ["postgres", whyNoPostgres(), openPostgres],
  ["snowflake, on the local server", undefined, openSnowflake],
];
