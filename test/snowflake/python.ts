import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("./server/python", import.meta.url));

/** A Python that has pandas, if the machine has one: that of `MANYMODEL_PYTHON`, or of the system. */
export const PYTHON = [process.env.MANYMODEL_PYTHON, "/usr/bin/python3", "python3"].find(
  (program) => program !== undefined && spawnSync(program, ["-c", "import pandas"]).status === 0,
);

/** Runs `many_model.py` with stand-ins for Snowflake's packages (see `run.py`). Rejects with its last words. */
export function runPython(
  action: "call" | "infer",
  source: string,
  request: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const env = { ...process.env, ...more, PYTHONPATH: FOLDER, PYTHONDONTWRITEBYTECODE: "1" };
  const child = spawn(PYTHON!, [`${FOLDER}/run.py`, action, source], { env });
  return new Promise((resolve, reject) => {
    let [out, err] = ["", ""];
    child.stdout.on("data", (text) => (out += String(text)));
    child.stderr.on("data", (text) => (err += String(text)));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(JSON.parse(out)) : reject(new Error(err.trim().split("\n").at(-1))),
    );
    child.stdin.end(JSON.stringify(request));
  });
}
