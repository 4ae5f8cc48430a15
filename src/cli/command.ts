import type { Command } from "commander";
import type { ManyModel } from "../api/many-model.ts";
import { printable } from "../core/errors.ts";
import { answer } from "./answer.ts";

/** Options every command has. */
export interface CommonOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** The output of a command: a value for `--json`, and lines for people. */
export interface Report {
  readonly json: unknown;
  readonly text: string;
}

/** Adds a command with the options that all of them have. */
export function addCommand(program: Command, usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .option("--config <file>", "the configuration file", "manymodel.yaml")
    .option("--json", "print one JSON document on stdout");
}

/** Prints a report as the user asked for it. */
export function print(report: Report, { json }: CommonOptions): void {
  answer(`${json ? JSON.stringify(report.json, undefined, 2) : report.text.split("\n").map(printable).join("\n")}\n`);
}

/** Opens the workspace for one command and closes it again. */
export async function withWorkspace<T>({ config }: CommonOptions, work: (mm: ManyModel) => Promise<T>): Promise<T> {
  const { open } = await import("../api/open.ts");
  const mm = await open(config);
  try {
    return await work(mm);
  } finally {
    await mm.close();
  }
}
