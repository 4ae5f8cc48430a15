import { CommandLine } from "../command-line.ts";
import { ENVIRONMENT } from "./account.ts";

const commandLine = new CommandLine(ENVIRONMENT);

/** Runs a command in a folder that must succeed, and parses what it prints with `--json`. */
export const manymodel = (folder: string, ...args: string[]) => commandLine.json(folder, ...args);
