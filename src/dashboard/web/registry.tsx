import { useEffect, useRef, useState } from "preact/hooks";
import type { DiffDetail, ModelDetail, ModelLine, Session } from "../wire.ts";
import { send } from "./api.ts";
import { bytes, count, measure, moment, signed } from "./format.ts";
import { LineageGraph } from "./lineage.tsx";
import { href, setQuery } from "./route.ts";
import { Command, Empty, Loading } from "./states.tsx";
import { useData } from "./use-data.ts";

/** The registered models, or one of them. */
export function Registry(props: { model: string | undefined; query: URLSearchParams; session: Session | undefined }) {
  return props.model === undefined ? <Models /> : <Model key={props.model} {...props} model={props.model} />;
}

function Models() {
  const data = useData<readonly ModelLine[]>("/models");
  return (
    <>
      <h1>Registry</h1>
      <Loading data={data} what="the models">
        {(models) =>
          models.length === 0 ? (
            <Empty title="No model is registered yet.">
              Register a completed run: <Command>manymodel register --run RUN</Command>
            </Empty>
          ) : (
            <div class="panel scroll">
              <table class="rows">
                <thead>
                  <tr>
                    <th scope="col">Model</th>
                    <th scope="col">Newest</th>
                    <th scope="col" class="n">
                      Versions
                    </th>
                    <th scope="col" class="n">
                      Partitions
                    </th>
                    <th scope="col">Aliases</th>
                  </tr>
                </thead>
                <tbody>
                  {models.map(({ model, versions, aliases }) => (
                    <tr key={model}>
                      <th scope="row">
                        <a href={href(["registry", model])}>{model}</a>
                      </th>
                      <td>{versions[0]?.version}</td>
                      <td class="n">{count(versions.length)}</td>
                      <td class="n">{count(versions[0]?.succeeded ?? 0)}</td>
                      <td>
                        {aliases.map(({ alias, version }) => (
                          <span key={alias} class="tag">
                            {alias} → {version}
                          </span>
                        ))}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loading>
    </>
  );
}

function Model({ model, query, session }: { model: string; query: URLSearchParams; session: Session | undefined }) {
  const data = useData<ModelDetail>(href(["models", model]));
  return (
    <>
      <p class="crumbs">
        <a href="/registry">Registry</a> /
      </p>
      <h1>
        <span class="clip">{model}</span>
      </h1>
      <Loading data={data} what="the model">
        {(detail) => (
          <>
            <Aliases detail={detail} session={session} onMoved={data.reload} />
            <Versions detail={detail} selected={query.get("version")} />
            <section class="panel" aria-labelledby="lineage-title">
              <h2 id="lineage-title">Lineage</h2>
              <LineageGraph graph={detail.graph} model={model} />
            </section>
            <Diff detail={detail} query={query} />
            <Audit detail={detail} />
          </>
        )}
      </Loading>
    </>
  );
}

function Aliases({
  detail,
  session,
  onMoved,
}: {
  detail: ModelDetail;
  session: Session | undefined;
  onMoved: () => void;
}) {
  const [moving, setMoving] = useState<{ alias: string; from: string | null } | null>(null);
  return (
    <section class="panel" aria-labelledby="aliases-title">
      <h2 id="aliases-title">Aliases</h2>
      {detail.aliases.length === 0 && (
        <p class="muted">No alias points at a version; the newest is meant where none is named.</p>
      )}
      <ul class="plain aliases">
        {detail.aliases.map(({ alias, version, changedAt }) => (
          <li key={alias} data-alias={alias}>
            <b>{alias}</b>
            <span>
              → <span class="alias-version">{version}</span> <span class="muted">since {moment(changedAt)}</span>
            </span>
            {session?.mayMoveAliases && (
              <button type="button" onClick={() => setMoving({ alias, from: version })}>
                Move
              </button>
            )}
          </li>
        ))}
      </ul>
      {session?.mayMoveAliases !== false ? (
        <button type="button" onClick={() => setMoving({ alias: "", from: null })}>
          New alias
        </button>
      ) : (
        <p class="muted">Your role, {session.role}, may look. Moving an alias takes another.</p>
      )}
      {moving !== null && (
        <MoveAlias
          detail={detail}
          moving={moving}
          onClose={(moved) => {
            setMoving(null);
            if (moved) onMoved();
          }}
        />
      )}
    </section>
  );
}

/** Asks once more before an alias moves: whoever uses it gets another version at once. */
function MoveAlias(props: {
  detail: ModelDetail;
  moving: { alias: string; from: string | null };
  onClose: (moved: boolean) => void;
}) {
  const { detail, moving, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const others = detail.versions.filter(({ version }) => version !== moving.from);
  const [to, setTo] = useState(others[0]?.version ?? "");
  const [alias, setAlias] = useState(moving.alias);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => dialog.current!.showModal(), []);
  const move = async () => {
    setBusy(true);
    try {
      await send(href(["v1", "aliases", detail.model, alias]), { version: to });
      onClose(true);
    } catch (cause) {
      setError((cause as Error).message);
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby="move-title" onClose={() => onClose(false)}>
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
              pattern="[A-Za-z0-9][A-Za-z0-9_.\-]*"
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
            ? `${alias || "It"} of ${detail.model} will mean ${to}.`
            : `Whoever scores with ${moving.alias} of ${detail.model} gets ${to} instead of ${moving.from}, at once. It can be rolled back.`}
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
          <button type="button" onClick={() => onClose(false)}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}

function Versions({ detail, selected }: { detail: ModelDetail; selected: string | null }) {
  return (
    <section class="panel" aria-labelledby="versions-title">
      <h2 id="versions-title">Versions</h2>
      <div class="scroll">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">Run</th>
              <th scope="col" class="n">
                Models
              </th>
              <th scope="col" class="n">
                Failed
              </th>
              <th scope="col" class="n far">
                Steps
              </th>
              <th scope="col" class="n far">
                Size
              </th>
              <th scope="col" class="far">
                Registered
              </th>
              <th scope="col" class="far">
                Comment
              </th>
            </tr>
          </thead>
          <tbody>
            {detail.versions.map((one) => (
              <tr key={one.version} aria-selected={one.version === selected ? true : undefined}>
                <th scope="row">
                  {one.version}
                  {detail.aliases
                    .filter(({ version }) => version === one.version)
                    .map(({ alias }) => (
                      <span key={alias} class="tag">
                        {alias}
                      </span>
                    ))}
                </th>
                <td>
                  <a href={href(["runs", one.runId])}>{one.runId}</a>
                </td>
                <td class="n">{count(one.succeeded)}</td>
                <td class={`n ${one.failed > 0 ? "bad" : "muted"}`}>{count(one.failed)}</td>
                <td class="n far">{one.horizon}</td>
                <td class="n far">{bytes(one.bytes)}</td>
                <td class="far">{moment(one.createdAt)}</td>
                <td class="far">{one.comment}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Diff({ detail, query }: { detail: ModelDetail; query: URLSearchParams }) {
  const { versions, model } = detail;
  const [before, after] = [query.get("before"), query.get("after")];
  const asked = before !== null && after !== null && before !== after;
  const data = useData<DiffDetail>(asked ? href(["models", model, "diff"], { before, after }) : null);
  if (versions.length < 2) return null;
  const select = (name: "before" | "after", value: string | null) => (
    <label>
      <span>{name === "before" ? "Before" : "After"}</span>
      <select value={value ?? ""} onChange={(event) => setQuery({ [name]: event.currentTarget.value })}>
        <option value="">choose</option>
        {versions.map(({ version }) => (
          <option key={version} value={version}>
            {version}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <section class="panel" aria-labelledby="diff-title">
      <h2 id="diff-title">Differences</h2>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        {select("before", before)}
        {select("after", after)}
      </form>
      {asked && (
        <Loading data={data} what="the differences">
          {(diff) => (
            <>
              <p>
                <b>{count(diff.changed)}</b> changed, <b>{count(diff.added)}</b> added, <b>{count(diff.lost)}</b> lost,{" "}
                {count(diff.unchanged)} the same.
              </p>
              {diff.metrics.length > 0 && (
                <div class="scroll">
                  <table class="rows">
                    <thead>
                      <tr>
                        <th scope="col">Mean of the changed</th>
                        <th scope="col" class="n">
                          {diff.before}
                        </th>
                        <th scope="col" class="n">
                          {diff.after}
                        </th>
                        <th scope="col" class="n">
                          change
                        </th>
                      </tr>
                    </thead>
                    <tbody>
                      {diff.metrics.map((one) => (
                        <tr key={one.metric}>
                          <th scope="row">{one.metric}</th>
                          <td class="n">{measure(one.before)}</td>
                          <td class="n">{measure(one.after)}</td>
                          <td class="n">{signed(one.after - one.before)}</td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
              <p class="first">
                {diff.keys.map(({ key, text }) => (
                  <a
                    key={key}
                    href={href(["runs", versions.find(({ version }) => version === diff.after)!.runId, "series"], {
                      key,
                    })}
                  >
                    {text}
                  </a>
                ))}
              </p>
            </>
          )}
        </Loading>
      )}
    </section>
  );
}

function Audit({ detail }: { detail: ModelDetail }) {
  return (
    <section class="panel" aria-labelledby="audit-title">
      <h2 id="audit-title">Changes</h2>
      <ul class="plain audit">
        {detail.audit.map(({ at, by, action, version, details }) => (
          <li key={`${at} ${action} ${details}`}>
            <span class="muted">{moment(at)}</span>
            <span>
              <b>{action}</b> {version} <span class="muted">{details}</span> by {by}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
