import { spawn } from "node:child_process";
import { BIN } from "../processes.ts";
import { ENVIRONMENT } from "./account.ts";

/** Runs the command line in a folder, with `--json`; what it printed. Rejects with its last words if it fails. */
export function manymodel(folder: string, ...args: string[]): Promise<never> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args, "--json"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...ENVIRONMENT },
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (text) => (out += String(text)));
    child.stderr.on("data", (text) => (err += String(text)));
    child.on("close", (code) =>
      code === 0 ? resolve(JSON.parse(out) as never) : reject(new Error(`${args.join(" ")}: ${err.slice(-2000)}`)),
    );
  });
}
