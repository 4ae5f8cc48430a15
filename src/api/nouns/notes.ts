import { randomUUID } from "node:crypto";
import { ManymodelError, show } from "../../core/errors.ts";
import { encodeKey } from "../../core/partition-key.ts";
import { auditEntry } from "../../core/registry.ts";
import type { SeriesNote } from "../../core/series-note.ts";
import type { KeyArgument } from "../../model/define-model.ts";
import { writeNote } from "../../registry/write-overrides.ts";
import { readNotes } from "../../runs/read-overrides.ts";
import { TrainedModels } from "../../runs/trained-models.ts";
import { toKey } from "../run-spec.ts";
import type { Workspace } from "../workspace.ts";

/** The series that a note is on, or the whole model. */
export type NoteSubject = Partial<{ readonly key: KeyArgument; readonly partitionKey: string }> & {
  /** The model; `register.model` when left out. */
  readonly model?: string;
};

/** A note on a series, or on a model. */
export interface ListedNote {
  readonly id: string;
  readonly model: string;
  /** Null for a note on the model. */
  readonly partitionKey: string | null;
  readonly text: string;
  readonly by: string;
  readonly at: string;
}

/** The most characters of a note. */
const MOST = 4000;

/** Notes of planners on series and models. */
export class Notes {
  readonly #workspace: Workspace;
  readonly #actor: string;

  /** @param actor - the name of whoever makes changes, for the audit log */
  constructor(workspace: Workspace, actor: string) {
    this.#workspace = workspace;
    this.#actor = actor;
  }

  /** Returns the same notes, which record their changes under another actor's name. */
  as(actor: string): Notes {
    return new Notes(this.#workspace, actor);
  }

  /**
   * Adds a note on a partition, or on the model if no key is given.
   *
   * @throws {ManymodelError} `not-found` for a partition that the default version does not have; `usage` for an empty text
   */
  async add(text: string, subject: NoteSubject = {}): Promise<ListedNote> {
    const trimmed = text.trim();
    if (trimmed === "" || trimmed.length > MOST)
      throw new ManymodelError("usage", `the note has ${trimmed.length} characters; write 1 to ${MOST}`);
    const { model, partitionKey } = await this.#subject(subject);
    if (partitionKey !== null) await this.#checkPartition(model, partitionKey);
    const note = { id: randomUUID(), model, partitionKey, text: trimmed, by: this.#actor, at: Date.now() };
    await this.#write(note, "add-note");
    return listed(note);
  }

  /** Removes a note. @throws {ManymodelError} `not-found` */
  async remove(id: string): Promise<void> {
    const note = (await readNotes(this.#workspace.engine)).find((candidate) => candidate.id === id);
    if (note === undefined)
      throw new ManymodelError("not-found", `there is no note ${show(id)}; manymodel note list shows them`);
    await this.#write({ ...note, text: null, by: this.#actor, at: Date.now() }, "remove-note");
  }

  /** Lists the notes of a model, or of one of its partitions, the newest first. */
  async list(subject: NoteSubject = {}): Promise<ListedNote[]> {
    const notes = await readNotes(this.#workspace.engine);
    if (notes.length === 0) return [];
    const { model, partitionKey } = await this.#subject(subject);
    const isWanted = (key: string | null) => partitionKey === null || key === partitionKey;
    return notes.filter((note) => note.model === model && isWanted(note.partitionKey)).map(listed);
  }

  async #subject({ model = this.#workspace.config.register.model, key, partitionKey }: NoteSubject) {
    if (key === undefined) return { model, partitionKey: partitionKey ?? null };
    const { keyColumns } = await this.#workspace.models.get(model);
    const names = keyColumns.map(({ name }) => name);
    return { model, partitionKey: encodeKey(keyColumns, toKey(names, key)) };
  }

  async #checkPartition(model: string, partitionKey: string): Promise<void> {
    const version = await this.#workspace.models.get(model);
    const { finder } = await new TrainedModels(this.#workspace.engine.stage, 0).open(version);
    if (finder.places(partitionKey).length === 0)
      throw new ManymodelError("not-found", `${model} ${version.version} has no partition ${show(partitionKey)}`);
  }

  async #write(note: Parameters<typeof writeNote>[1], action: "add-note" | "remove-note"): Promise<void> {
    const { id, model, partitionKey, text, by, at } = note;
    const details = {
      note: id,
      ...(partitionKey !== null && { partition: partitionKey }),
      ...(text !== null && { text }),
    };
    const entry = auditEntry(action, model, null, details, { by, at: new Date(at).toISOString() });
    await writeNote(this.#workspace.engine, note, entry);
  }
}

const listed = ({ at, ...note }: SeriesNote): ListedNote => ({
  ...note,
  at: new Date(at).toISOString(),
});
