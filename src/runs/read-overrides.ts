import { FORECAST_OVERRIDES, OVERRIDE_COLUMNS, type Override, overridesOf } from "../core/override.ts";
import { NOTE_COLUMNS, notesOf, SERIES_NOTES, type SeriesNote } from "../core/series-note.ts";
import type { Engine } from "../ports/engine.ts";

const names = (columns: readonly { readonly name: string }[]) => columns.map(({ name }) => name);

/** Reads every override that was set or removed, of all models; none where no override was ever set. */
export async function readOverrides({ output }: Pick<Engine, "output">): Promise<Override[]> {
  return overridesOf(await output.published(FORECAST_OVERRIDES, null, names(OVERRIDE_COLUMNS)));
}

/** Reads the notes of all models that were not removed, the newest first. */
export async function readNotes({ output }: Pick<Engine, "output">): Promise<SeriesNote[]> {
  return notesOf(await output.published(SERIES_NOTES, null, names(NOTE_COLUMNS)));
}
