import type { LocalSnowflake } from "../snowflake/server/index.ts";
import { type Process, startProcess } from "./processes.ts";
import { binOf, type Site } from "./workspace.ts";

/** A command that is killed as a statement of it arrives at the account, which does it all the same. */
export interface Struck {
  readonly name: string;
  /** Prepares the command; `n` is different for each kill, so that each has runs, tables and versions of its own. */
  before?(n: string): Promise<void>;
  args(n: string): readonly string[];
  /** Returns the commands that continue it: itself when left out. */
  again?(n: string): Promise<readonly (readonly string[])[]>;
  /** The message of a continuation whose killed command had done everything. */
  readonly done?: RegExp;
  /** Returns the final state: the same, disturbed or not. */
  left(n: string): Promise<unknown>;
}

/** Statements that leave the account as it was. */
const READS = /^\s*(SELECT|SHOW|LIST|GET|EXPLAIN)\b/;

/**
 * Tells statements from repetitions of them: whoever waits asks the same again and again. A read that the process has
 * sent since it last changed something is a repetition.
 */
function repetitions(): (sql: string) => boolean {
  const reads = new Set<string>();
  return (sql) => {
    if (!READS.test(sql)) reads.clear();
    const read = sql.replace(/'file:[^']*'/, "");
    if (reads.has(read)) return true;
    if (READS.test(sql)) reads.add(read);
    return false;
  };
}

/** Statements that a user's processes send, and the end of one of them. */
export class Statements {
  readonly #site: Site;
  readonly #folder: string;
  readonly #server: LocalSnowflake;

  constructor(site: Site, folder: string, server: LocalSnowflake) {
    this.#site = site;
    this.#folder = folder;
    this.#server = server;
  }

  /** Runs a command to its end, or to where a statement is to end it; how many it has sent, repetitions aside. */
  async run(args: readonly string[], ends: (sql: string, count: number) => boolean = () => false) {
    let sentCount = 0;
    const isRepetition = repetitions();
    const { faults } = this.#server;
    const child: Process = startProcess(binOf(this.#site), this.#folder, args, this.#site.ground.environment);
    faults.onStatement = (sql, user) => {
      if (user === "LAB_USER" && !isRepetition(sql) && ends(sql, ++sentCount)) process.kill(-child.pid, "SIGKILL");
    };
    try {
      await child.ended;
      return { sent: sentCount, code: child.code(), said: child.stderr() };
    } finally {
      faults.onStatement = () => {};
    }
  }

  /** Runs commands that must succeed, or say that all is done. */
  async succeed(commands: readonly (readonly string[])[], done?: RegExp): Promise<void> {
    for (const args of commands) {
      const { code, said } = await this.run(args);
      if (code !== 0 && done?.test(said) !== true) throw new Error(`${args.join(" ")} ended with ${code}: ${said}`);
    }
  }
}

/** The outcome of a command that was killed. */
export interface Blow {
  /** The number of the statement at which it was killed. */
  readonly statement: number;
  readonly killed: boolean;
  readonly left: unknown;
}

/**
 * Runs a command undisturbed; then again and again, each time killed at another statement, and gone on with.
 *
 * @param pick - the statements to be killed at, of so many
 */
export async function strikeAtStatements(
  statements: Statements,
  command: Struck,
  pick: (count: number) => readonly number[],
): Promise<{ sent: number; undisturbed: unknown; blows: readonly Blow[] }> {
  await command.before?.("0");
  const { sent, code, said } = await statements.run(command.args("0"));
  if (code !== 0) throw new Error(`${command.name}, undisturbed, ended with ${code}: ${said}`);
  const undisturbed = await command.left("0");
  const blows: Blow[] = [];
  for (const statement of pick(sent)) {
    const n = String(statement);
    await command.before?.(n);
    const { code } = await statements.run(command.args(n), (_, count) => count === statement);
    const resume = async () => {
      await statements.succeed((await command.again?.(n)) ?? [command.args(n)], command.done);
      return command.left(n);
    };
    blows.push({ statement, killed: code === null, left: await resume().catch((error: Error) => error.message) });
  }
  return { sent, undisturbed, blows };
}
