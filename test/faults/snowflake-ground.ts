import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { openSnowflakeEngine } from "manymodel/engines/snowflake";
import { ENVIRONMENT, SERVICE, type TestAccount } from "../snowflake/account.ts";
import type { Ground } from "./ground.ts";

/** Milliseconds for which an account that is down lets nobody in. */
const DOWN_MS = 400;

/** Workspaces in an account: a schema each, of the name of their folder in capitals. Containers train, or processes. */
export function snowflakeGround(account: TestAccount, compute: "client" | "service"): Ground {
  const { server } = account;
  // A killed client's transaction holds its locks until it is undone, after five minutes in an account.
  server.faults.idleTransactionMs = 100;
  const schemaOf = (folder: string) => path.basename(folder).replaceAll("-", "_").toUpperCase();
  const settings = compute === "client" ? { compute } : { compute, service: SERVICE };
  const open = (folder: string) => openSnowflakeEngine(account.address(schemaOf(folder), settings));
  return {
    environment: ENVIRONMENT,
    async copy(template, folder) {
      await mkdir(folder, { recursive: true });
      const yaml = await readFile(path.join(template, "manymodel.yaml"), "utf8");
      const service = { compute_pool: SERVICE.computePool, image: SERVICE.image, replicas: SERVICE.replicas };
      const block = { ...account.block(schemaOf(folder)), compute, ...(compute === "service" && service) };
      const engineOf = `engine: snowflake\nsnowflake: ${JSON.stringify(block)}\n`;
      await writeFile(path.join(folder, "manymodel.yaml"), engineOf + yaml);
      const engine = open(folder);
      await engine.preparation!.prepare();
      await engine.tables.import(path.join(template, "sales.csv"), "SALES", { replace: false });
      await engine.close();
    },
    open: async (folder) => open(folder),
    async isPinning(folder) {
      const [stage, table] = [`/${schemaOf(folder)}/`, `CREATE TRANSIENT TABLE "LAB"."${schemaOf(folder)}"`];
      return [...server.running].some(
        (sql) => sql.startsWith(table) || (sql.startsWith("COPY") && sql.includes(stage)),
      );
    },
    async strike(victim, folder) {
      const { faults, services } = server;
      if (victim === "server") await server.interrupt(DOWN_MS);
      else if (victim === "connections") await server.interrupt(0);
      else if (victim === "tokens") {
        faults.expiredTokens += 3;
        faults.masterExpired = true;
        setTimeout(() => {
          faults.masterExpired = false;
        }, 50);
      } else {
        const ofRun = [...services.jobs.values()].filter((job) =>
          job.mounts.some((mount) => mount.includes(`.${schemaOf(folder)}.`)),
        );
        const alive = ofRun.flatMap(({ replicas }) => replicas).filter(({ code }) => code === undefined);
        alive[0]?.process.kill("SIGKILL");
      }
    },
  };
}
