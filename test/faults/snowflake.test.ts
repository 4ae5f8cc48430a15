import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { openTestAccount } from "../snowflake/account.ts";
import { quickDriver } from "../snowflake/quick-driver.ts";
import { temporaryFolder } from "../workspace.ts";
import { accountCommands } from "./account-commands.ts";
import { localGround } from "./ground.ts";
import { performAll, schedules, sum } from "./perform-all.ts";
import { inAccount } from "./schedule.ts";
import { snowflakeGround } from "./snowflake-ground.ts";
import { Statements, strikeAtStatements } from "./statements.ts";
import { copyWorkspace, prepareSite } from "./workspace.ts";

const { MANYMODEL_FAULTS_EVERY: every, MANYMODEL_FAULTS_COMMAND: only, MANYMODEL_FAULTS_FROM: first = 1 } = process.env;
/**
 * The commands that `npm test` strikes, at one statement each. MANYMODEL_FAULTS_EVERY=4 strikes all at every fourth statement,
 * MANYMODEL_FAULTS_FROM=9 from the ninth on, and MANYMODEL_FAULTS_COMMAND those whose names match.
 */
const FEW = ["train in service, mode tasks", "register", "gc --delete"];
const isStruck = (name: string) => (every === undefined ? FEW.includes(name) : new RegExp(only ?? "").test(name));

/** Returns the numbers of the statements to strike: every n-th of them, or one that differs from command to command. */
function pick(statements: number, nth: number): number[] {
  const all = Array.from({ length: statements }, (_, i) => i + 1);
  if (every !== undefined) return all.slice(Number(first) - 1).filter((_, i) => i % Number(every) === 0);
  return [1 + Math.floor(statements * ((nth * 0.618 + 0.4) % 1))];
}

describe("processes killed while an account executes their statements", () => {
  it("are continued: every result is there once, as without a kill, and gc leaves nothing (MANYMODEL_FAULTS_EVERY)", async () => {
    const environment = await quickDriver(await temporaryFolder());
    const account = await openTestAccount({ environment });
    onTestFinished(() => account.close());
    // A killed client's transaction holds its locks until it is undone, after five minutes in an account.
    account.server.faults.idleTransactionMs = 100;
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const ground = { ...localGround, environment };
    const site = { root, folder: await temporaryFolder(), partitions: 30, ground };
    const reference = await prepareSite(site);
    const folder = await copyWorkspace(site, "struck", true);
    const statements = new Statements(site, folder, account.server);
    const { commands, leftovers, close } = await accountCommands(account, statements, folder, reference);
    onTestFinished(close);
    const kills: number[] = [];
    for (const [nth, command] of commands.entries()) {
      if (!isStruck(command.name)) continue;
      const { sent, undisturbed, blows } = await strikeAtStatements(statements, command, (count) => pick(count, nth));
      for (const { statement, left } of blows)
        expect.soft(left, `${command.name}, killed at statement ${statement} of ${sent}`).toEqual(undisturbed);
      const equal = blows.filter(({ left }) => isDeepStrictEqual(left, undisturbed)).length;
      kills.push(blows.filter(({ killed }) => killed).length);
      if (every !== undefined)
        console.info(
          `${command.name}: killed at ${kills.at(-1)} of ${sent} statements, ${equal} of ${blows.length} equal`,
        );
    }
    await statements.succeed([["gc", "--older-than", "1ms", "--delete"]]);
    expect(await leftovers()).toEqual([]);
    expect(Math.max(...kills)).toBeGreaterThan(0);
  }, 7_200_000);

  it("of a run that trains in containers are resumed after failures of the account, its tokens and its containers", async () => {
    const account = await openTestAccount({ procedures: false });
    onTestFinished(() => account.close());
    const some = schedules(2, 5).map((schedule) => inAccount("service", schedule));
    expect(sum(await performAll(snowflakeGround(account, "service"), some))).toBeGreaterThan(0);
  });
});
