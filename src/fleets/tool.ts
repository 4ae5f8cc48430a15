import { spawn } from "node:child_process";
import { ManymodelError, messageOf } from "../core/errors.ts";

/** The answer of a tool. */
export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program that the user has (`sbatch`, `kubectl`) to its end. @throws {ManymodelError} `config` without it */
export function runTool(program: string, args: readonly string[], input = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    const answer = { stdout: "", stderr: "" };
    child.stdout.on("data", (text) => (answer.stdout += text));
    child.stderr.on("data", (text) => (answer.stderr += text));
    child.on("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "ENOENT" ? "it is not on this machine's PATH" : messageOf(cause);
      reject(new ManymodelError("config", `cannot run ${program}: ${why}`, { cause }));
    });
    child.on("close", (code) => resolve({ code, ...answer }));
    // A tool that has ended before it read all of it says why by its answer.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

/** Runs a program that must succeed. @throws {ManymodelError} `storage` with what it says if it does not */
export async function askTool(program: string, args: readonly string[], input = ""): Promise<string> {
  const { code, stdout, stderr } = await runTool(program, args, input);
  if (code === 0) return stdout;
  const reason = messageOf((stderr.trim() || stdout.trim()).replace(new RegExp(`^${program}: (error: )?`), ""), 500);
  throw new ManymodelError("storage", `${program} failed: ${reason || `it ended with code ${code}`}`);
}
