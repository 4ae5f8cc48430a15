import type { Command } from "commander";
import type { CheckItem } from "../../check/check-engine.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";

/** `manymodel engine check`: whether everything that a run needs is there, and how fast it is. */
export function addEngine(engine: Command): void {
  addCommand(engine, "check", "try and measure everything that a run needs; leaves nothing behind").action(
    async (options: CommonOptions) => {
      const items = await withWorkspace(options, (mm) => mm.check());
      const lacking = items.filter(({ ok, needed }) => !ok && needed).length;
      const last = lacking === 0 ? "Everything that is needed is there." : `${lacking} of ${items.length} failed.`;
      print({ json: { ok: lacking === 0, items }, text: [...items.map(line), last].join("\n") }, options);
      if (lacking > 0) process.exitCode = 1;
    },
  );
}

function line({ name, ok, needed, detail, advice }: CheckItem): string {
  const mark = ok ? "ok     " : needed ? "FAILED " : "note   ";
  return `${mark} ${name.padEnd(10)}  ${detail}${advice === undefined ? "" : `; ${advice}`}`;
}
