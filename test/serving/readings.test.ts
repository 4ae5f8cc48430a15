import { expect, it } from "vitest";
import { strayStates } from "../../src/runs/sensor-states.ts";
import { start, until } from "../processes.ts";
import { HOUR, registerDetector, usual } from "../sensors.ts";
import { openWorkspace } from "../workspace.ts";
import { asking, serve } from "./serving.ts";

const TRAINED = 240;
const rowsOf = (from: number, values: readonly number[]) =>
  values.map((READING, i) => ({ AT: new Date((from + i) * HOUR).toISOString().slice(0, 19), READING }));

it("judges posted readings, and keeps the state of each sensor", async () => {
  const mm = await openWorkspace("local", "serve: { timeout: 1h, predict_timeout: 1h }\n");
  const history = ["A", "B"].flatMap((sensor) =>
    Array.from({ length: TRAINED }, (_, t) => [sensor, t * HOUR, usual(t)]),
  );
  await registerDetector(mm, history);
  const { ask } = await serve(mm);
  const judge = async (keys: string[], rows: object[][]) => {
    const { status, body } = await ask("POST /v1/models/M/V1/readings", { keys, rows });
    expect(status).toBe(200);
    return body.sensors;
  };
  const values = Array.from({ length: 12 }, (_, i) => (i === 4 ? 500 : usual(TRAINED + i) + (i >= 6 ? 12 : 0)));
  const [whole] = await judge(["B"], [rowsOf(TRAINED, values)]);
  expect(whole.kinds[4]).toBe("spike");
  expect(whole.kinds[10]).toBe("level-shift");
  expect(whole.since[10]).toBe("1970-01-11 06:00:00");
  // One by one, two requests at a time, one of them with a reading that is known already: the same verdicts.
  const parts: (typeof whole)[] = [];
  for (let i = 0; i < values.length; i += 2) {
    const [first, second] = await Promise.all([
      judge(["A"], [rowsOf(TRAINED + i, values.slice(i, i + 1))]),
      judge(["A"], [rowsOf(TRAINED + i, values.slice(i, i + 2))]),
    ]);
    parts.push(first[0], second[0]);
  }
  for (const name of ["times", "value", "expected", "lower", "upper", "kinds", "since"])
    expect(parts.flatMap((part) => part[name])).toEqual(whole[name]);
  // A server that is killed has stored what it answered: the next one goes on, knowing when the level shift began.
  const later = [12, 13].map((i) => rowsOf(TRAINED + i, [usual(TRAINED + i) + 12]));
  const { child, ended, output } = start(mm, "serve", "--port", "0", "--json");
  await until(async () => output().stdout.trimEnd().endsWith("}"));
  const killed = asking({ url: JSON.parse(output().stdout).url });
  await until(async () => (await killed("GET /readyz")).status === 200);
  expect((await killed("POST /v1/models/M/V1/readings", { keys: ["A"], rows: [later[0]] })).status).toBe(200);
  child.kill("SIGKILL");
  await ended;
  const { ask: askNext } = await serve(mm);
  const { body: next } = await askNext("POST /v1/models/M/V1/readings", { keys: ["A"], rows: [later[1]] });
  const [both] = await judge(["B"], [later.flat()]);
  expect(next.sensors[0].times).toEqual(["1970-01-11 13:00:00"]);
  for (const name of ["times", "value", "expected", "lower", "upper", "kinds", "since"])
    expect(next.sensors[0][name]).toEqual(both[name].slice(1));
  const { stage, versions } = mm.engine;
  expect(await strayStates(stage, await versions.list())).toEqual([]);
  expect(await strayStates(stage, []), "of a removed version").toHaveLength(1);
  const [unknown] = await judge(["C"], [[]]);
  expect(unknown).toMatchObject({ status: "NO_MODEL", errorType: "unknown-key" });
  const { status, body } = await ask("POST /v1/models/M/V1/readings", { keys: ["A"], rows: [] });
  expect([status, body.error.message]).toEqual([400, "rows has 0 lists for 1 keys; give one for each key"]);
});
