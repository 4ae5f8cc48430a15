import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** A series to forecast by another program. */
export interface Question {
  readonly values: readonly (number | null)[];
  readonly period: number;
  readonly h: number;
}

/** The forecast of a method, with bounds of 80 and 95 % and milliseconds of CPU where it has them; or the reason why there is none. */
export type Answer =
  | {
      readonly mean: readonly (number | null)[];
      readonly lower?: readonly (readonly (number | null)[])[] | null;
      readonly upper?: readonly (readonly (number | null)[])[] | null;
      readonly ms?: readonly [number];
    }
  | { readonly error: readonly string[] };

/** Answers by method, one record a series. */
export type Answers = readonly Readonly<Record<string, Answer>>[];

/** Returns the path of a file of this folder: programs of scripts run from `dist`. */
const here = (file: string) => fileURLToPath(new URL(`../scripts/oracle/${file}`, import.meta.url));

/** The programs that can be asked, and how each is found. */
const PROGRAMS = {
  R: (_: string) => ({
    check: ["Rscript", "-e", "library(forecast); library(jsonlite)"],
    program: ["Rscript", here("forecast.R")],
  }),
  statsforecast: (python: string) => ({
    check: [python, "-c", "import statsforecast"],
    program: [python, here("statsforecast_oracle.py")],
  }),
};

/** The name of a program that can be asked. */
export type Peer = keyof typeof PROGRAMS;

/**
 * Asks another program for the forecasts of series.
 *
 * @param methods - all that it has when left out
 * @returns undefined, saying so, where it or its package is not installed
 */
export async function ask(
  peer: Peer,
  series: readonly Question[],
  { python = "python3", methods = [] }: { readonly python?: string; readonly methods?: readonly string[] } = {},
): Promise<Answers | undefined> {
  const { check, program } = PROGRAMS[peer](python);
  const [command = "", ...args] = check;
  if (spawnSync(command, args, { stdio: "ignore" }).status !== 0) {
    console.log(`${peer} is not installed (${check.join(" ")} fails); it is left out`);
    return undefined;
  }
  const folder = await mkdtemp(path.join(tmpdir(), "manymodel-oracle-"));
  const [input, output] = [path.join(folder, "series.json"), path.join(folder, "forecasts.json")];
  try {
    await writeFile(input, JSON.stringify(series));
    const [executable = "", ...script] = program;
    const { status } = spawnSync(executable, [...script, input, output, ...methods], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    if (status !== 0) throw new Error(`${peer} ended with ${status}`);
    return JSON.parse(await readFile(output, "utf8"));
  } finally {
    await rm(folder, { recursive: true });
  }
}
