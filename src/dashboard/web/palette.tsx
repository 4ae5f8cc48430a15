import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { fold, searchWords } from "../../text/fold.ts";
import type { ModelLine, PartitionPage, RunLine } from "../wire.ts";
import { type Action, actionsOnVersion, Confirm, refineWorst, SCORE, TRAIN } from "./actions.tsx";
import { go, href } from "./route.ts";
import { useData } from "./use-data.ts";

/** A place of the page that the palette can go to, or an action that it can start. */
type Destination = { readonly label: string } & (
  | { readonly kind: "view" | "run" | "version" | "series"; readonly to: string }
  | { readonly kind: "action"; readonly action: Action }
);

/** A view of the page: its path and its name. */
type View = readonly [path: string, label: string, ...unknown[]];

/** The most destinations of each kind. */
const MOST = 6;
/** The milliseconds without a key before the server is asked for series. */
const QUIET_MS = 150;

interface PaletteProps {
  readonly views: readonly View[];
  /** True for those who may start commands. */
  readonly mayStart: boolean;
}

/** Opens with Ctrl-K: finds views, runs, versions, series and actions by words, in any case and without accents. */
export function Palette({ views, mayStart }: PaletteProps) {
  // The number of the opening, 0 while it is closed: a dialog's close event comes late, when it may be open again.
  const [opening, setOpening] = useState(0);
  const openings = useRef(0);
  const [action, setAction] = useState<Action>();
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      if (document.querySelector("dialog[open]") === null) setOpening(++openings.current);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  return (
    <>
      {opening > 0 && (
        <Search
          key={opening}
          views={views}
          mayStart={mayStart}
          onAction={setAction}
          onClose={() => setOpening((now) => (now === opening ? 0 : now))}
        />
      )}
      {action !== undefined && (
        <Confirm
          action={action}
          onDone={({ log }) => go(log === undefined ? "/runs" : href(["logs", log]))}
          onClose={() => setAction(undefined)}
        />
      )}
    </>
  );
}

function Search(props: PaletteProps & { onAction: (action: Action) => void; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  // Before the browser paints: keys that follow Ctrl-K are typed into the search.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const destinations = useDestinations(text, props);
  const chosen = destinations[Math.min(at, destinations.length - 1)];
  const open = (destination: Destination) => {
    dialog.current?.close();
    if (destination.kind === "action") props.onAction(destination.action);
    else go(destination.to);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.preventDefault();
      return dialog.current?.close();
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    setAt((n) => Math.min(destinations.length - 1, Math.max(0, n + by)));
  };
  return (
    <dialog ref={dialog} class="palette" aria-label="Go to" onClose={props.onClose}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen !== undefined) open(chosen);
        }}
      >
        <input
          role="combobox"
          aria-label="Go to a series, run, version or view, or start an action"
          placeholder="Series, run, version, view or action"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-autocomplete="list"
          aria-activedescendant={chosen === undefined ? undefined : `palette-${destinations.indexOf(chosen)}`}
          autocomplete="off"
          value={text}
          onKeyDown={onKey}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
        />
      </form>
      <div id="palette-list" role="listbox" aria-label="Places and actions">
        {destinations.map((one, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of a listbox are those of its combobox
          <div
            key={`${one.kind} ${one.label}`}
            id={`palette-${i}`}
            role="option"
            aria-selected={one === chosen}
            onClick={() => open(one)}
          >
            <span class="clip" title={one.label}>
              {one.label}
            </span>{" "}
            <span class="muted small">{one.kind}</span>
          </div>
        ))}
      </div>
      <p class="muted small" role="status">
        {destinations.length === 0 ? "No match." : "Arrow keys choose, Enter opens, Escape closes."}
      </p>
    </dialog>
  );
}

/** Returns the actions on the newest run and on the newest version of each model. */
function actionsOf(run: string | undefined, models: readonly ModelLine[]): Action[] {
  return [
    TRAIN,
    SCORE,
    ...(run === undefined ? [] : [{ ...refineWorst(run, null), label: `Refine the worst of ${run}` }]),
    ...models.flatMap(({ model, versions: [newest], aliases }) => {
      if (newest === undefined) return [];
      const others = aliases.filter(({ version }) => version !== newest.version).map(({ alias }) => alias);
      return actionsOnVersion(model, newest.version, others).map((action) => ({
        ...action,
        label: `${action.label} (${model})`,
      }));
    }),
  ];
}

/**
 * Returns the places and actions whose names have all words of a text. Series are those of the newest completed run, and so is the
 * run of an action.
 */
function useDestinations(text: string, { views, mayStart }: PaletteProps): Destination[] {
  const runs = useData<readonly RunLine[]>("/runs").value ?? [];
  const models = useData<readonly ModelLine[]>("/models").value ?? [];
  const [settled, setSettled] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text.trim()), QUIET_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const newest = runs.find(({ state, done, failed }) => state === "completed" && done > failed)?.runId;
  const path =
    newest === undefined || settled === ""
      ? null
      : href(["runs", newest, "rows"], { text: settled, sort: "key", limit: String(MOST) });
  const rows = useData<PartitionPage>(path);
  const words = searchWords(text);
  const named = (places: readonly Destination[]) =>
    places.filter(({ label }) => words.every((word) => fold(label).includes(word))).slice(0, MOST);
  // Rows of an earlier text would be opened by Enter.
  const isCurrent = settled === text.trim() && rows.path === path;
  return [
    ...(isCurrent && newest !== undefined && path !== null
      ? (rows.value?.rows ?? []).map(
          ({ key, text: label }): Destination => ({
            kind: "series",
            label: label === "" ? "(empty key)" : label,
            to: href(["runs", newest, "series"], { key }),
          }),
        )
      : []),
    ...named(views.map(([path, label]) => ({ kind: "view", label, to: `/${path}` }))),
    ...named(runs.map(({ runId }) => ({ kind: "run", label: runId, to: href(["runs", runId]) }))),
    ...named(
      models.flatMap(({ model, versions }) =>
        versions.map(
          ({ version }): Destination => ({
            kind: "version",
            label: `${model} ${version}`,
            to: href(["registry", model], { version }),
          }),
        ),
      ),
    ),
    ...named(
      (mayStart ? actionsOf(newest, models) : []).map((action) => ({ kind: "action", label: action.label, action })),
    ),
  ];
}
