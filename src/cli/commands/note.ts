import type { Command } from "commander";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { formatTable } from "../table.ts";
import { keyFromWords } from "./override.ts";
import { keyText } from "./rank.ts";

interface NoteOptions extends CommonOptions {
  readonly model?: string;
  readonly text?: string;
}

/** `manymodel note …`: notes of planners on series and models. */
export function addNote(note: Command): void {
  const add = (usage: string, description: string) =>
    addCommand(note, usage, description).option("--model <model>", "the model; by default register.model");
  const subject = async (mm: Parameters<typeof keyFromWords>[0], words: readonly string[], model?: string) => ({
    ...(model !== undefined && { model }),
    ...(words.length > 0 && { partitionKey: await keyFromWords(mm, words, model) }),
  });
  add("add [key...]", "write a note on a partition, or without a key on the model")
    .requiredOption("--text <text>", "the note")
    .action(async (words: string[], options: NoteOptions) => {
      const { model, text = "" } = options;
      const added = await withWorkspace(options, async (mm) => mm.notes.add(text, await subject(mm, words, model)));
      print({ json: added, text: `Note ${added.id} is written.` }, options);
    });
  add("list [key...]", "show the notes of a model, or of one of its partitions").action(
    async (words: string[], options: NoteOptions) => {
      const notes = await withWorkspace(options, async (mm) => mm.notes.list(await subject(mm, words, options.model)));
      const rows = notes.map(({ id, partitionKey, text, by, at }) => [
        ...[partitionKey === null ? "(the model)" : keyText(partitionKey), text, by, at, id],
      ]);
      const text = rows.length === 0 ? "There is no note." : formatTable(["on", "note", "by", "at", "id"], rows);
      print({ json: notes, text }, options);
    },
  );
  addCommand(note, "remove <id>", "remove a note").action(async (id: string, options: CommonOptions) => {
    await withWorkspace(options, (mm) => mm.notes.remove(id));
    print({ json: { id }, text: `Note ${id} is removed.` }, options);
  });
}
