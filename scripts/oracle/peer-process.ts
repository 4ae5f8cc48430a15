import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Answer, Question } from "./ask.ts";

/** Returns the path of a file of this folder: programs of scripts run from `dist`. */
const here = (file: string) => fileURLToPath(new URL(`../scripts/oracle/${file}`, import.meta.url));

/** Places where peers are looked for. */
export interface PeerPlaces {
  /** A Python that has statsforecast. */
  readonly python: string;
  /** A folder in whose `node_modules` npm's `arima` is. */
  readonly npm: string;
}

/** Peers that answer series by series: the command that prints their versions, and the one that answers. */
const PEERS = {
  R: () => ({
    version: [
      "Rscript",
      "-e",
      'library(jsonlite); cat(paste(getRversion(), "with forecast", packageVersion("forecast")))',
    ],
    command: ["Rscript", here("forecast.R"), "--lines"],
  }),
  statsforecast: ({ python }: PeerPlaces) => ({
    version: [python, "-c", "import statsforecast; print(statsforecast.__version__)"],
    command: [python, here("statsforecast_oracle.py"), "--lines"],
  }),
  "npm arima": ({ npm }: PeerPlaces) => ({
    version: ["npm", "--prefix", npm, "list", "--depth", "0", "arima"],
    command: [process.execPath, here("npm_arima.js"), npm],
  }),
};

/** The name of a peer. */
export type PeerName = keyof typeof PEERS;

/** A peer in a process of its own, which answers one series at a time, so that peers can take turns. */
export class PeerProcess {
  readonly #process: ChildProcess;
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string>;

  /** Starts a peer; undefined where it is not installed. */
  static start(name: PeerName, places: PeerPlaces): PeerProcess | undefined {
    const { version, command } = PEERS[name](places);
    const [program = "", ...args] = version;
    const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
    if (status !== 0) return undefined;
    const [, numbered = stdout.trim()] = /arima@(\S+)/.exec(stdout) ?? [];
    return new PeerProcess(name, numbered, command);
  }

  readonly name: PeerName;
  readonly version: string;

  private constructor(name: PeerName, version: string, [program = "", ...args]: readonly string[]) {
    this.name = name;
    this.version = version;
    this.#process = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    if (this.#process.stdout === null) throw new Error(`${name} has no output`);
    this.#lines = createInterface({ input: this.#process.stdout });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /** Forecasts a series by one of the peer's methods. */
  async ask(question: Question & { readonly method: string }): Promise<Answer> {
    this.#process.stdin?.write(`${JSON.stringify(question)}\n`);
    for (;;) {
      const { value, done } = await this.#answers.next();
      if (done === true) throw new Error(`${this.name} ended at ${question.method}`);
      // Other lines are what the peer's library prints.
      if (value.startsWith("{")) return JSON.parse(value);
    }
  }

  /** Ends the process. */
  close(): void {
    this.#lines.close();
    this.#process.kill();
  }
}
