import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { send } from "./api.ts";
import { href } from "./route.ts";
import { useSession } from "./session.ts";

/** A command that the server starts in a process of its own. */
export interface CommandRequest {
  readonly command: "train" | "refine" | "score" | "promote";
  /** The run to refine, the number of its worst partitions, and the metric that says which are worst. */
  readonly run?: string;
  readonly worst?: number;
  readonly metric?: string;
  /** Values of attributes that the partitions to refine have. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** The version to score or promote, its model, and the alias to move. */
  readonly version?: string;
  readonly model?: string;
  readonly alias?: string;
}

/** An action on a run, and its consequence in a sentence. */
export type Action = { readonly label: string; readonly effect: string } & (
  | { readonly start: CommandRequest }
  | { readonly cancel: string }
);

/** Shows a button for each action, to those who may take it. Each asks once more: it takes the machine's time. */
export function Actions({ actions }: { actions: readonly Action[] }) {
  const session = useSession();
  const [chosen, setChosen] = useState<Action>();
  const [started, setStarted] = useState<Started>();
  if (session === undefined || actions.length === 0) return null;
  if (!session.mayStart)
    return <p class="muted">Your role, {session.role}, may look. Starting commands takes an operator.</p>;
  return (
    <>
      <p class="actions">
        {actions.map((action) => (
          <button key={action.label} type="button" onClick={() => setChosen(action)}>
            {action.label}
          </button>
        ))}
      </p>
      <p class={started === undefined ? "hidden" : "notice"} role="status">
        {started?.message}
        {started?.log !== undefined && (
          <>
            {" "}
            Follow it in its <a href={href(["logs", started.log])}>log</a> and under <a href="/runs">Runs</a>.
          </>
        )}
      </p>
      {chosen !== undefined && <Confirm action={chosen} onDone={setStarted} onClose={() => setChosen(undefined)} />}
    </>
  );
}

/** Asks once more, then has the server do it. */
export function Confirm(props: { action: Action; onDone: (started: Started) => void; onClose: () => void }) {
  const { action, onDone, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const worst = "start" in action ? action.start.worst : undefined;
  const [count, setCount] = useState(String(worst ?? ""));
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const act = async () => {
    setBusy(true);
    try {
      onDone(await take(action, Number(count)));
      onClose();
    } catch (cause) {
      setProblem((cause as Error).message);
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby="action-title" onClose={onClose}>
      <h2 id="action-title">{action.label}</h2>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          void act();
        }}
      >
        <p>{action.effect}</p>
        {worst !== undefined && (
          <label>
            Partitions
            <input
              type="number"
              min={1}
              required
              value={count}
              onInput={(event) => setCount(event.currentTarget.value)}
            />
          </label>
        )}
        {problem !== undefined && (
          <p class="bad" role="alert">
            {problem}
          </p>
        )}
        <p class="actions">
          <button type="submit" class="primary" disabled={isBusy}>
            {action.label}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </p>
      </form>
    </dialog>
  );
}

/** The outcome of an action in a sentence, and the name of the log of the command that it started. */
export interface Started {
  readonly message: string;
  readonly log?: string;
}

/** Has the server take an action. */
async function take(action: Action, worst: number): Promise<Started> {
  if ("cancel" in action) {
    await send(href(["v1", "commands", "cancel", action.cancel]), {});
    return { message: `${action.cancel} is cancelled: chunks that have started will finish.` };
  }
  const { start } = action;
  const body = start.worst === undefined ? start : { ...start, worst };
  const { command, log, logName } = await send<{ command: string; log: string; logName: string }>("/v1/commands", body);
  return { message: `Started ${command}. It prints to ${log}.`, log: logName };
}

/** The number of partitions to refine that the question begins with. */
const REFINED = 30;

/** Returns the action that refines the worst partitions of a run. */
export const refineWorst = (run: string, metric: string | null): Action => ({
  label: "Refine the worst",
  effect: "Runs contests on the worst partitions of the run, worst first.",
  start: { command: "refine", run, worst: REFINED, ...(metric !== null && { metric }) },
});

/** Returns the action that refines the worst partitions that have some values of attributes. */
export const refineThese = (run: string, metric: string, attributes: Readonly<Record<string, string>>): Action => ({
  label: "Refine these",
  effect: `Runs contests on the worst partitions with ${Object.entries(attributes)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ")}, worst first. The search and the other filters do not apply.`,
  start: { command: "refine", run, worst: REFINED, metric, attributes },
});

/** Returns the actions on a version: it is scored, and an alias moves to it if it passes the gate. */
export const actionsOnVersion = (model: string, version: string, aliases: readonly string[]): Action[] => [
  {
    label: `Score ${version}`,
    effect: `Forecasts all partitions with ${version} of ${model}.`,
    start: { command: "score", version },
  },
  ...aliases.map(
    (alias): Action => ({
      label: `Promote ${version} to ${alias}`,
      effect: `Compares ${version} with the version that ${alias} means on the last observations of each partition. ${alias} moves if ${version} is no worse.`,
      start: { command: "promote", model, version, alias },
    }),
  ),
];

export const TRAIN: Action = {
  label: "Retrain",
  effect: "Trains all partitions of the source on current data, by manymodel.yaml.",
  start: { command: "train" },
};

export const SCORE: Action = {
  label: "Score",
  effect: "Forecasts all partitions with the current version.",
  start: { command: "score" },
};
