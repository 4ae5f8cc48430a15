import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";

const PROGRAM = path.resolve("test", "command-line-process.mjs");

/** The output of a command, and the exit code that the program ends with. */
export interface Printed {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A process that runs one command of the command line after another: a test of what commands do pays for one start. It
 * starts with the first command, and ends with the process of the tests. Tests of the process itself, such as signals,
 * start `BIN`.
 */
export class CommandLine {
  readonly #environment: NodeJS.ProcessEnv;
  #started: Promise<{ readonly child: ChildProcess; readonly exited: Promise<unknown[]> }> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param environment - variables of the process, beside those of this one */
  constructor(environment: NodeJS.ProcessEnv = {}) {
    this.#environment = environment;
  }

  /** Runs `manymodel …` in a folder, after the commands before it. */
  run(folder: string, ...args: readonly string[]): Promise<Printed> {
    const printed = this.#last.then(() => this.#run(folder, args));
    this.#last = printed.catch(() => {});
    return printed;
  }

  /** Runs a command that must succeed, and parses what it prints with `--json`. */
  async json(folder: string, ...args: readonly string[]) {
    const { status, stdout, stderr } = await this.run(folder, ...args, "--json");
    if (status !== 0) throw new Error(`manymodel ${args.join(" ")} ended with ${status}: ${stderr.slice(-2000)}`);
    return JSON.parse(stdout);
  }

  async #run(folder: string, args: readonly string[]): Promise<Printed> {
    this.#started ??= this.#start();
    const { child, exited } = await this.#started;
    const mark = `\n${randomUUID()}\n`;
    const printed = Promise.all([once(child, "message"), upTo(mark, child.stdout!), upTo(mark, child.stderr!)]);
    child.send({ folder, args, mark });
    const died = exited.then(([code, signal]) => {
      throw new Error(`manymodel ${args.join(" ")} ended its process: ${signal ?? code}`);
    });
    const [[status], stdout, stderr] = await Promise.race([printed, died]);
    return { status, stdout, stderr };
  }

  async #start() {
    const child = fork(PROGRAM, { silent: true, execArgv: [], env: { ...process.env, ...this.#environment } });
    child.stdout!.setEncoding("utf8");
    child.stderr!.setEncoding("utf8");
    const exited = once(child, "exit");
    void exited.then(() => {
      this.#started = undefined;
    });
    await Promise.race([once(child, "message"), exited]);
    return { child, exited };
  }
}

/** Returns the text of a stream before a mark. */
function upTo(mark: string, stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const take = (piece: string) => {
      text += piece;
      if (!text.endsWith(mark)) return;
      stream.off("data", take);
      resolve(text.slice(0, -mark.length));
    };
    stream.on("data", take);
  });
}
