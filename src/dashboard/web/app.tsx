import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RunLine, Session } from "../wire.ts";
import { REFUSED, token } from "./api.ts";
import { Compare } from "./compare.tsx";
import { useLost } from "./connection.ts";
import { Hierarchy } from "./hierarchy.tsx";
import { focusedRow, stepRow, useKeys } from "./keyboard.ts";
import { Log, Logs } from "./logs.tsx";
import { Monitor } from "./monitor.tsx";
import { viewOf } from "./neighbours.tsx";
import { Night } from "./night.tsx";
import { Palette } from "./palette.tsx";
import { Partitions } from "./partitions.tsx";
import { Registry } from "./registry.tsx";
import { go, href, type Place, usePlace } from "./route.ts";
import { Run } from "./run.tsx";
import { Runs } from "./runs.tsx";
import { Series } from "./series.tsx";
import { SessionContext } from "./session.ts";
import { Empty } from "./states.tsx";
import { nextTheme, useTheme } from "./theme.ts";
import { Totals } from "./totals.tsx";
import { useData, useLive } from "./use-data.ts";

const SECTIONS = [
  ["night", "Last night", "n"],
  ["runs", "Runs", "r"],
  ["totals", "Totals", "t"],
  ["hierarchy", "Hierarchy", "h"],
  ["compare", "Compare", "c"],
  ["registry", "Registry", "v"],
  ["monitor", "Monitor", "m"],
] as const;

const HELP = [
  ["g n", "last night"],
  ["g r", "runs"],
  ["g p", "partitions of the run; in the list, of the row or the newest"],
  ["g t", "totals of groups"],
  ["g h", "hierarchy of forecasts that add up, where one is configured"],
  ["g c", "compare two runs"],
  ["g v", "registry of versions"],
  ["g m", "monitor"],
  ["Ctrl+K", "go to a series, run, version or view by its name, or start an action"],
  ["/", "search; Enter opens the first result"],
  ["j  k", "next, previous row; on a series, the next, previous of its list"],
  ["Enter", "open the row"],
  ["u", "one level up"],
  ["t", "theme: automatic, light, dark"],
  ["?", "this help"],
] as const;

/** Shows the whole page: who is asking, where they are, what is there. */
export function App() {
  const session = useData<Session>("/session");
  const [refused, setRefused] = useState(false);
  useLayoutEffect(() => {
    const refuse = () => setRefused(true);
    addEventListener(REFUSED, refuse);
    return () => removeEventListener(REFUSED, refuse);
  }, []);
  // On every view, so that a server that is gone is noticed on each.
  useLive<readonly RunLine[]>(session.value === undefined || refused ? null : href(["live"]));
  const caller = refused ? undefined : session.value;
  const sections = SECTIONS.filter(([name]) => name !== "hierarchy" || session.value?.hasHierarchy === true);
  const place = usePlace();
  const lost = useLost();
  const help = useRef<HTMLDialogElement>(null);
  const nav = useRef<HTMLElement>(null);
  const [section = "night", run] = place.path;
  const partitionsOf = () => {
    if (section !== "runs") return;
    const row = focusedRow() ?? document.querySelector<HTMLAnchorElement>("table.runs tbody a");
    if (run !== undefined) go(href(["runs", run, "partitions"]));
    else if (row) go(`${row.pathname}/partitions`);
  };
  const up = () => {
    if (run !== undefined && place.path[2] === "series") go(viewOf(run, place.query.get("list")));
    else if (place.path.length > 1) go(href(place.path.slice(0, -1)));
  };
  useKeys({
    j: () => stepRow(1),
    k: () => stepRow(-1),
    "g n": () => go("/night"),
    "g r": () => go("/runs"),
    "g t": () => go("/totals"),
    "g h": () => go("/hierarchy"),
    "g c": () => go("/compare"),
    "g v": () => go("/registry"),
    "g m": () => go("/monitor"),
    "g p": partitionsOf,
    u: up,
    t: nextTheme,
    "?": () => help.current?.showModal(),
    "/": () => document.querySelector<HTMLInputElement>("input[type=search]")?.focus(),
  });
  // On a phone the sections do not all fit.
  useEffect(() => {
    const current = nav.current?.querySelector("[aria-current]");
    current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [section, sections.length]);
  useEffect(() => {
    document.title = [...place.path.slice(0, 3).reverse(), "manymodel"].join(" · ");
  }, [place]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="bar">
        <a class="mark" href="/">
          <span>many</span>
          <b>model</b>
        </a>
        <nav aria-label="Sections" ref={nav}>
          {sections.map(([name, label]) => (
            <a key={name} href={`/${name}`} aria-current={section === name ? "page" : undefined}>
              {label}
            </a>
          ))}
        </nav>
        <span class="where muted" title={session.value?.workspace}>
          {session.value?.workspace.split(/[\\/]/).at(-1)}
        </span>
        {caller !== undefined && caller.name !== null && (
          <>
            <span class="where muted far">
              {caller.name}, {caller.role}
            </span>
            <button
              type="button"
              class="quiet far"
              onClick={() => {
                token.clear();
                setRefused(true);
              }}
            >
              Sign out
            </button>
          </>
        )}
        <ThemeButton />
        <button type="button" class="quiet" aria-label="Keyboard help" onClick={() => help.current?.showModal()}>
          ?
        </button>
      </header>
      {lost && (
        <p class="lost" role="alert">
          Not connected since {lost.since.toLocaleTimeString("sv-SE")}: the page shows the state of that time.{" "}
          {lost.refused ?? "It updates by itself once the server answers."}
        </p>
      )}
      <main id="main" tabIndex={-1} class={lost && "stale"}>
        {refused ? (
          <SignIn
            tried={token.get() !== null}
            onToken={() => {
              setRefused(false);
              session.reload();
            }}
          />
        ) : (
          <SessionContext.Provider value={session.value}>
            <View place={place} session={session.value} />
          </SessionContext.Provider>
        )}
      </main>
      {!refused && <Palette views={sections} mayStart={session.value?.mayStart === true} />}
      <dialog ref={help} aria-labelledby="help-title">
        <h2 id="help-title">Keyboard</h2>
        <dl class="keys">
          {HELP.map(([key, action]) => (
            <div key={key}>
              <dt>
                {key.split(/\s+/).map((one) => (
                  <kbd key={one}>{one}</kbd>
                ))}
              </dt>
              <dd>{action}</dd>
            </div>
          ))}
        </dl>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}

function View({ place, session }: { place: Place; session: Session | undefined }) {
  const [section = "night", name, tab] = place.path;
  const { query } = place;
  if (section === "night") return <Night />;
  if (section === "runs") {
    if (name === undefined) return <Runs />;
    if (tab === undefined) return <Run key={name} runId={name} />;
    if (tab === "partitions") return <Partitions key={name} runId={name} query={query} />;
    if (tab === "series") return <Series key={`${name} ${query.get("key")}`} runId={name} query={query} />;
  }
  if (section === "totals") return <Totals query={query} />;
  if (section === "hierarchy") return <Hierarchy query={query} />;
  if (section === "compare") return <Compare query={query} />;
  if (section === "registry") return <Registry model={name} query={query} session={session} />;
  if (section === "monitor") return <Monitor query={query} />;
  if (section === "logs") return name === undefined ? <Logs /> : <Log key={name} name={name} />;
  return (
    <>
      <h1>Nothing here</h1>
      <Empty title="There is nothing at this address.">
        <a href="/runs">All runs</a>
      </Empty>
    </>
  );
}

/** Asks for a token. */
function SignIn({ tried, onToken }: { tried: boolean; onToken: () => void }) {
  const [value, setValue] = useState("");
  return (
    <form
      class="sign-in panel"
      onSubmit={(event) => {
        event.preventDefault();
        token.set(value.trim());
        onToken();
      }}
    >
      <h1>This workspace asks for a token</h1>
      <label>
        Token
        <input
          type="password"
          autocomplete="current-password"
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
      </label>
      {tried && <p class="bad">That token is not known, or was revoked.</p>}
      <button type="submit" class="primary" disabled={value.trim() === ""}>
        Look around
      </button>
    </form>
  );
}

function ThemeButton() {
  const { theme } = useTheme();
  const sign = { auto: "◐", light: "○", dark: "●" }[theme];
  return (
    <button type="button" class="quiet" aria-label={`Theme: ${theme}`} title={`Theme: ${theme}`} onClick={nextTheme}>
      {sign}
    </button>
  );
}
