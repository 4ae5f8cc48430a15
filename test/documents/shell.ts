import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { CommandLine } from "../command-line.ts";
import { BIN } from "../processes.ts";

/**
 * Returns the program that the shell calls `manymodel`: it hands a command to the process that runs them all, which
 * puts what is printed into files. A command that goes on until it is stopped is a process of its own.
 */
const program = (port: number) => `#!/usr/bin/env bash
case "$1" in serve | ui | worker) exec ${process.execPath} ${BIN} "$@" ;; esac
printed=$(mktemp -d)
printf '%s\\0' "$PWD" "$@" > "$printed/asked"
exec 3<> /dev/tcp/127.0.0.1/${port}
echo "$printed" >&3
read -r status <&3
cat "$printed/stdout"
cat "$printed/stderr" >&2
rm -r "$printed"
exit "$status"
`;

const commandLine = new CommandLine();
const server = createServer((socket) => {
  socket.setEncoding("utf8").once("data", async (folder: string) => {
    const printed = folder.trimEnd();
    const [at, ...args] = (await readFile(path.join(printed, "asked"), "utf8")).split("\0").slice(0, -1);
    const { status, stdout, stderr } = await commandLine.run(at!, ...args);
    await writeFile(path.join(printed, "stdout"), stdout);
    await writeFile(path.join(printed, "stderr"), stderr);
    socket.end(`${status}\n`);
  });
});

/** Runs a shell script in a folder, with `manymodel` on its path. */
export async function shell(folder: string, script: string) {
  if (!server.listening) await once(server.listen(0, "127.0.0.1").unref(), "listening");
  const bin = path.join(folder, ".bin");
  await mkdir(bin, { recursive: true });
  await writeFile(path.join(bin, "manymodel"), program((server.address() as AddressInfo).port));
  await chmod(path.join(bin, "manymodel"), 0o755);
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` };
  const child = spawn("bash", ["-euo", "pipefail", "-c", script], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [[status], stdout, stderr] = await Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]);
  return { status, stdout, stderr };
}
