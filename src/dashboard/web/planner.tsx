import { useState } from "preact/hooks";
import { measure } from "../../text/number.ts";
import type { Planned } from "../wire.ts";
import { remove, send } from "./api.ts";
import { href } from "./route.ts";
import { useSession } from "./session.ts";
import { useData } from "./use-data.ts";
import { When } from "./when.tsx";

/** Shows the overrides and notes of a series, and takes new ones. */
export function Planner(props: { model: string; partition: string; times: readonly string[] }) {
  const { model, partition, times } = props;
  const planned = useData<Planned>(href(["planned", model], { partition }));
  const [problem, setProblem] = useState<string>();
  const session = useSession();
  const mayWrite = session?.mayOverride === true;
  const act = async (change: Promise<unknown>) => {
    try {
      await change;
      setProblem(undefined);
      planned.reload();
      return true;
    } catch (cause) {
      setProblem((cause as Error).message);
      return false;
    }
  };
  const inForce = planned.value?.overrides ?? [];
  return (
    <section class="panel" aria-labelledby="planner-title">
      <h2 id="planner-title">
        Overrides and notes <span class="muted small">of {model}</span>
      </h2>
      {inForce.length === 0 && <p class="muted">No override is in force: the forecasts count.</p>}
      <ul class="plain">
        {inForce.map(({ time, value, reason, expiresAt, by }) => (
          <li key={time}>
            <span>
              <b>{time}</b>: {measure(value)}, {reason}{" "}
              <span class="muted">
                by {by}, {expiresAt === null ? "does not expire" : `expires ${expiresAt.slice(0, 10)}`}
              </span>
            </span>
            {mayWrite && (
              <button
                type="button"
                class="quiet"
                onClick={() => void act(send(href(["v1", "overrides", model, "remove"]), { partition, times: [time] }))}
              >
                Remove
              </button>
            )}
          </li>
        ))}
      </ul>
      {mayWrite && times.length > 0 && (
        <OverrideForm
          times={times}
          onSet={(body) =>
            act(
              send(href(["v1", "overrides", model]), {
                ...body,
                values: body.values.map((one) => ({ ...one, partition })),
              }),
            )
          }
        />
      )}
      <ul class="plain">
        {(planned.value?.notes ?? []).map(({ id, text, by, at }) => (
          <li key={id}>
            <span>
              {text}{" "}
              <span class="muted">
                {by}, <When at={at} />
              </span>
            </span>
            {mayWrite && (
              <button type="button" class="quiet" onClick={() => void act(remove(href(["v1", "notes", model, id])))}>
                Remove
              </button>
            )}
          </li>
        ))}
      </ul>
      {mayWrite && <NoteForm onAdd={(text) => act(send(href(["v1", "notes", model]), { partition, text }))} />}
      {problem !== undefined && (
        <p class="bad" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

/** Overrides as the form states them. */
interface StatedOverrides {
  readonly values: readonly { readonly time: string; readonly value: number }[];
  readonly reason: string;
  readonly expires?: string;
}

/** Asks for a value in place of the forecasts from one time to another. */
function OverrideForm({
  times,
  onSet,
}: {
  times: readonly string[];
  onSet: (body: StatedOverrides) => Promise<boolean>;
}) {
  const [from, setFrom] = useState(times[0] ?? "");
  const [to, setTo] = useState(times[0] ?? "");
  const [value, setValue] = useState("");
  const [reason, setReason] = useState("");
  const [expires, setExpires] = useState("");
  const chosen = times.slice(times.indexOf(from), Math.max(times.indexOf(from), times.indexOf(to)) + 1);
  const set = async () => {
    const values = chosen.map((time) => ({ time, value: Number(value) }));
    if (await onSet({ values, reason, ...(expires !== "" && { expires }) })) setValue("");
  };
  return (
    <form
      class="planner"
      onSubmit={(event) => {
        event.preventDefault();
        void set();
      }}
    >
      <TimeChoice label="From" times={times} value={from} onChange={setFrom} />
      <TimeChoice label="To" times={times} value={to} onChange={setTo} />
      <label>
        Value
        <input
          type="number"
          step="any"
          required
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
      </label>
      <label>
        Reason
        <input required value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
      <label>
        Expires
        <input type="date" value={expires} onInput={(event) => setExpires(event.currentTarget.value)} />
      </label>
      <button type="submit">
        Override {chosen.length} {chosen.length === 1 ? "step" : "steps"}
      </button>
    </form>
  );
}

function TimeChoice(props: {
  label: string;
  times: readonly string[];
  value: string;
  onChange: (time: string) => void;
}) {
  return (
    <label>
      {props.label}
      <select value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
        {props.times.map((time) => (
          <option key={time}>{time}</option>
        ))}
      </select>
    </label>
  );
}

/** Asks for a note. */
function NoteForm({ onAdd }: { onAdd: (text: string) => Promise<boolean> }) {
  const [text, setText] = useState("");
  return (
    <form
      class="planner"
      onSubmit={(event) => {
        event.preventDefault();
        void onAdd(text).then((isAdded) => isAdded && setText(""));
      }}
    >
      <label>
        Note
        <input required maxLength={4000} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <button type="submit">Add the note</button>
    </form>
  );
}
