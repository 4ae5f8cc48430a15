import { Command, CommanderError } from "commander";
import { packageVersion } from "../api/package-version.ts";
import { ManymodelError, messageOf } from "../core/errors.ts";
import { answer, keepStandardOutput } from "./answer.ts";
import { addCommand } from "./command.ts";
import { COMMANDS } from "./listed-commands.ts";

/**
 * Builds the program for arguments: with the command that they start with, or else with all commands, of which only the
 * first that is named has its options.
 *
 * @param args - the arguments; every command has its options when left out
 */
export async function commandLine(args?: readonly string[]): Promise<Command> {
  const program = new Command("manymodel")
    .description("One model per partition: train in parallel, keep every model, register one version, score them all.")
    .version(packageVersion)
    // `register --version V1` means a version of a model, not the program's.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: answer,
      outputError: (text, write) => write(inPlainWords(text).replace(/^error: /, "manymodel: ")),
    });
  const named = args?.find((word) => Object.hasOwn(COMMANDS, word));
  for (const [name, { description, operands, isGroup, load }] of Object.entries(COMMANDS)) {
    if (named !== undefined && named === args?.[0] && name !== named) continue;
    const usage = operands === undefined ? name : `${name} ${operands}`;
    const command = isGroup ? program.command(usage).description(description) : addCommand(program, usage, description);
    if (args === undefined || name === named) (await load())(command);
  }
  return program;
}

/**
 * Runs the command line.
 *
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage or configuration, 3 `monitor` found more drift than may be,
 *   4 the gate held a version back
 */
export async function run(args: readonly string[]): Promise<number> {
  keepStandardOutput();
  const program = await commandLine(args);
  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const code = String((error as { code?: unknown } | null)?.code);
    const [, reason = ""] = DATABASE_ERRORS.find(([pattern]) => pattern.test(code)) ?? [];
    const message = `${reason}${inPlainWords(messageOf(error)).replace(/^error: /, "")}`;
    const kind = error instanceof ManymodelError ? error.kind : error instanceof CommanderError ? "usage" : "internal";
    if (args.includes("--json")) answer(`${JSON.stringify({ error: { kind, message } }, undefined, 2)}\n`);
    if (!(error instanceof CommanderError)) process.stderr.write(`manymodel: ${message}\n`);
    if (!(error instanceof ManymodelError) && process.env.MANYMODEL_DEBUG) console.error(error);
    return kind === "usage" || kind === "config" ? 2 : 1;
  }
}

/** The meanings of the workspace database's errors, by their codes. */
const DATABASE_ERRORS: readonly (readonly [RegExp, string])[] = [
  [/^SQLITE_(CORRUPT|NOTADB)/, "the workspace's database is damaged, restore it from a backup: "],
  [/^SQLITE_READONLY/, "the workspace's database may not be written, make its disk and files writable: "],
  [/^SQLITE_/, "the workspace's database says: "],
];

/** Returns a message of the command line's parser, with the option that was meant. */
const inPlainWords = (message: string) =>
  message.replace(
    /unknown option '--version'.*/,
    "unknown option '--version'; a version of a model is --model-version, the program's is manymodel --version",
  );
