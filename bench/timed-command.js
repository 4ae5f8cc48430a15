import { spawnSync } from "node:child_process";

/**
 * Runs a command in a process of its own.
 *
 * @param {readonly string[]} command - the program and its arguments
 * @param {string} folder - the folder to run it in
 * @returns {{ cpu: number, wall: number }} milliseconds of CPU, with those of its children, and of wall time
 * @throws if it fails, with what it said
 */
export function timedCommand(command, folder) {
  // The shell prints the times to a stream of its own, which the command does not see.
  const script = 'TIMEFORMAT="%U %S %R"; exec 3>&2; { time "$@" >/dev/null 2>&3 3>&-; } 2>&1';
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script, "bash", ...command], {
    cwd: folder,
    encoding: "utf8",
  });
  const [user, system, real] = stdout.trim().split(/\s+/).map(Number);
  if (status !== 0 || !(user >= 0)) throw new Error(`${command.join(" ")} ended with ${status}: ${stderr || stdout}`);
  return { cpu: 1000 * (user + system), wall: 1000 * real };
}

/** Returns the median of numbers, the upper one of an even count. */
export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
