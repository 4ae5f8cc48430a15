import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ModelDetail, Session } from "../wire.ts";
import { read, send } from "./api.ts";
import { href } from "./route.ts";
import { When } from "./when.tsx";

/** Shows the names that versions go by, to be moved by whoever may. */
export function Aliases({
  detail,
  session,
  onMoved,
}: {
  detail: ModelDetail;
  session: Session | undefined;
  onMoved: () => void;
}) {
  const [moving, setMoving] = useState<Moving | null>(null);
  const [error, setError] = useState<string | null>(null);
  // The page may have been open for long: what the alias is now is read before anything is asked.
  const ask = async (alias: string) => {
    try {
      const now = await read<ModelDetail>(href(["models", detail.model]));
      setError(null);
      setMoving({ alias, detail: now, from: now.aliases.find((one) => one.alias === alias)?.version ?? null });
      onMoved();
    } catch (cause) {
      setError((cause as Error).message);
    }
  };
  return (
    <section class="panel" aria-labelledby="aliases-title">
      <h2 id="aliases-title">Aliases</h2>
      {detail.aliases.length === 0 && (
        <p class="muted">No alias points at a version. Commands without a version use the newest one.</p>
      )}
      <ul class="plain aliases">
        {detail.aliases.map(({ alias, version, changedAt }) => (
          <li key={alias} data-alias={alias}>
            <b>{alias}</b>
            <span>
              → <span class="alias-version">{version}</span>{" "}
              <span class="muted">
                since <When at={changedAt} />
              </span>
            </span>
            {session?.mayMoveAliases && (
              <button type="button" onClick={() => void ask(alias)}>
                Move
              </button>
            )}
          </li>
        ))}
      </ul>
      {session?.mayMoveAliases !== false ? (
        <button type="button" onClick={() => void ask("")}>
          New alias
        </button>
      ) : (
        <p class="muted">Your role, {session.role}, may look. Moving an alias takes another.</p>
      )}
      {error !== null && (
        <p class="bad" role="alert">
          {error}
        </p>
      )}
      {moving !== null && (
        <MoveAlias
          moving={moving}
          onClose={() => {
            setMoving(null);
            onMoved();
          }}
        />
      )}
    </section>
  );
}

/** A move of an alias, as of the time of the question. */
interface Moving {
  readonly alias: string;
  /** The version it points at; null if there is no such alias. */
  readonly from: string | null;
  readonly detail: ModelDetail;
}

/** Asks once more before an alias moves: whoever uses it gets another version at once. */
function MoveAlias({ moving, onClose }: { moving: Moving; onClose: () => void }) {
  const { detail } = moving;
  const dialog = useRef<HTMLDialogElement>(null);
  const others = detail.versions.filter(({ version }) => version !== moving.from);
  const [to, setTo] = useState(others[0]?.version ?? "");
  const [alias, setAlias] = useState(moving.alias);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const move = async () => {
    setBusy(true);
    try {
      await send(href(["v1", "aliases", detail.model, alias]), { version: to, from: moving.from });
      onClose();
    } catch (cause) {
      setError((cause as Error).message);
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby="move-title" onClose={onClose}>
      <h2 id="move-title">{moving.from === null ? "New alias" : `Move ${moving.alias}`}</h2>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          void move();
        }}
      >
        {moving.from === null && (
          <label>
            Alias
            <input
              required
              pattern="[A-Za-z0-9][A-Za-z0-9_.\-]{0,127}"
              title="letters, digits, _ . and -, starting with a letter or digit, at most 128"
              value={alias}
              onInput={(event) => setAlias(event.currentTarget.value)}
            />
          </label>
        )}
        <label>
          Version
          <select value={to} onChange={(event) => setTo(event.currentTarget.value)}>
            {others.map(({ version, runId }) => (
              <option key={version} value={version}>
                {version} (run {runId})
              </option>
            ))}
          </select>
        </label>
        <p>
          {moving.from === null
            ? `${alias || "The alias"} of ${detail.model} will point at ${to}.`
            : `Scoring with ${moving.alias} of ${detail.model} uses ${to} instead of ${moving.from} at once. You can roll back.`}
        </p>
        {error !== null && (
          <p class="bad" role="alert">
            {error}
          </p>
        )}
        <div class="actions">
          <button type="submit" class="primary" disabled={busy || to === "" || alias === ""}>
            {moving.from === null ? "Set" : "Move"} to {to}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
