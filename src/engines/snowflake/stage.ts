import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ManymodelError, show } from "../../core/errors.ts";
import type { Stage } from "../../ports/stage.ts";
import { pause } from "../../stages/pause.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { stageStatements } from "./sql/stage.ts";

/** Returns a stage of the account, by PUT and GET. Files pass through a temporary folder, as the driver wants it. */
export function snowflakeStage(session: Session, names: Names, stageName: string): Stage {
  const sql = stageStatements(names);
  const list = async (prefix: string) => {
    const rows = await session.rows(sql.list(prefix));
    // A path is listed with the stage's name in small letters before it.
    return rows.map(([name]) => (name as string).slice((name as string).indexOf("/") + 1)).sort();
  };
  return {
    async put(name, bytes) {
      const folder = path.posix.dirname(checked(name));
      await inTemporary(async (temporary) => {
        const file = path.join(temporary, path.posix.basename(name));
        await writeFile(file, bytes);
        await session.rows(sql.put(file, folder === "." ? "" : `${folder}/`));
      });
    },
    get: (name) =>
      inTemporary(async (temporary) => {
        await session.rows(sql.get(checked(name), temporary));
        return readFile(path.join(temporary, path.posix.basename(name))).catch((cause) => {
          throw new ManymodelError("not-found", `${name} is not on the stage ${stageName}`, { cause });
        });
      }),
    list,
    async remove(prefix) {
      return (await session.rows(sql.remove(prefix))).length;
    },
  };
}

/** Returns a path of the stage. @throws {ManymodelError} `usage` for one that leaves it */
export function checked(name: string): string {
  const odd = (part: string) => part === "" || part === "." || part === ".." || /[\\\0]/.test(part);
  if (name.split("/").some(odd)) throw new ManymodelError("usage", `${show(name)} is not a path of the stage`);
  return name;
}

async function inTemporary<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), "manymodel-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The milliseconds until the stage lists a file that was written to a mount, and the milliseconds between two looks.
 */
export const VISIBLE_WITHIN_MS = 60_000;
const [FIRST_LOOK_MS, LONGEST_LOOK_MS] = [50, 2000];

/**
 * Returns a stage that is mounted in this container. A mount has no renaming that can be relied on, so each file is
 * written once, under its own name. Other containers and the account see it some time after it was closed ("Snowflake
 * stage volumes"): `put` resolves when the stage lists it, so that whatever names the file finds it.
 *
 * @param wait - waits so many milliseconds
 */
export function mountedStage(mount: string, remote: Stage, wait: (ms: number) => Promise<void> = pause): Stage {
  const resolve = (name: string) => path.join(mount, ...checked(name).split("/"));
  return {
    async put(name, bytes) {
      const file = resolve(name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, bytes);
      let waited = 0;
      for (let ms = FIRST_LOOK_MS; !(await remote.list(name)).includes(name); ms = Math.min(2 * ms, LONGEST_LOOK_MS)) {
        if (waited >= VISIBLE_WITHIN_MS)
          throw new ManymodelError(
            "storage",
            `the stage does not list ${name}, ${VISIBLE_WITHIN_MS / 1000} s after it was written to ${mount}; check that the role may write to the stage`,
          );
        await wait(ms);
        waited += ms;
      }
    },
    // What another container wrote may not be visible yet; the stage itself has it.
    get: (name) => readFile(resolve(name)).catch(() => remote.get(name)),
    list: (prefix) => remote.list(prefix),
    remove: (prefix) => remote.remove(prefix),
  };
}
