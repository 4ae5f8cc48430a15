import { ManyModel } from "manymodel";
import { expect, it } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { inProcessWorkers } from "../../src/engines/memory/workers.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { compileFitFunction } from "../../src/table-function/compile-function.ts";
import { fillDaily } from "../workspace.ts";

const [KB, MB] = [1024, 1024 * 1024];

/** Later syntax than this package sends, by the year of the language. */
const LATER: Readonly<Record<string, string>> = {
  "ES2020 ?. and ??": "({ a: undefined })?.a ?? 1",
  "ES2020 BigInt": 'typeof BigInt === "function"',
  "ES2021 ||=": "(function () { var a = 0; a ||= 1; return a; })()",
  "ES2022 #private": "new (class { #a = 1; get a() { return this.#a; } })().a",
  "ES2022 Object.hasOwn": 'typeof Object.hasOwn === "function"',
};

/**
 * Tests open questions about an account's JavaScript functions: one test for each question. It fails if this package
 * relies on another answer, and prints other findings.
 *
 * @param limits - whether to look for the limits of memory and time too
 */
export function functionQuestions(open: () => Promise<Engine>, { limits }: { limits: boolean }): void {
  /** Runs a function over one partition of one row, whose number is 0.1 + 0.2; what it said, or why it did not. */
  async function ask(engine: Engine, expression: string, padding = ""): Promise<string> {
    await fillDaily({ engine } as never, 1, 1, "ONE");
    const snapshot = await engine.source.snapshot({ table: "ONE", keyColumns: ["UNIT_ID"] });
    const body = `{ initialize: function (info, context) { ${padding} },
      processRow: function (row, writer, context) { this.row = row; },
      finalize: function (writer, context) { var row = this.row; writer.writeRow({ P: row.P, OUTCOME: JSON.stringify(${expression}) }); } }`;
    try {
      return (await engine.functions!.fit(snapshot, body, [{ ordinal: 0, partitionKey: "s:U00" }])).get(0) ?? "nothing";
    } catch (error) {
      return (error as Error).message;
    }
  }
  const answered = async (body: (engine: Engine) => Promise<void>) => {
    const engine = await open();
    try {
      await body(engine);
    } finally {
      await engine.close();
    }
  };

  it("functions: which language is understood, and ES2019 is", () =>
    answered(async (engine) => {
      const es2019 = "(function () { try { throw 1; } catch { return [[1], { ...{ a: 2 } }].flat(); } })()";
      expect(await ask(engine, es2019)).toBe('[1,{"a":2}]');
      for (const [name, code] of Object.entries(LATER)) console.info(`functions: ${name}: ${await ask(engine, code)}`);
    }));

  it("functions: how large a body may be, and 100 KB is taken, however little it can be compressed", () =>
    answered(async (engine) => {
      const padding = (bytes: number) => {
        let [state, text] = [1, ""];
        while (text.length < bytes) {
          state = (state * 1103515245 + 12345) % 2147483648;
          text += state.toString(36);
        }
        return `var s = "${text}";`;
      };
      expect(await ask(engine, "1", padding(99 * KB))).toBe("1");
      for (const size of limits ? [150, 200, 400, 800] : [])
        console.info(`functions: ${size} KB: ${await ask(engine, "1", padding(size * KB))}`);
    }));

  it.runIf(limits)("functions: how much memory they have, and 64 MB are there", () =>
    answered(async (engine) => {
      const allocation = (bytes: number) => `new Float64Array(${bytes / 8}).fill(1).length`;
      expect(await ask(engine, allocation(64 * MB))).toBe(String((64 * MB) / 8));
      for (const size of [128, 256, 512, 1024])
        console.info(`functions: ${size} MB: ${await ask(engine, allocation(size * MB))}`);
    }),
  );

  it.runIf(limits)("functions: how long finalize may take, and 10 s are there", () =>
    answered(async (engine) => {
      const busy = (s: number) =>
        `(function () { var end = Date.now() + ${1000 * s}; while (Date.now() < end); return 1; })()`;
      expect(await ask(engine, busy(10))).toBe("1");
      for (const s of [30, 60, 120, 300]) console.info(`functions: ${s} s: ${await ask(engine, busy(s))}`);
    }),
  );

  it("functions: numbers as text are read by the engine's own JSON.parse to the bit", () =>
    answered(async (engine) => {
      const texts = ["0.30000000000000004", "5e-324", "1.7976931348623157e308", "0.3333333333333333"];
      const expression = `${JSON.stringify(texts)}.map(function (t) { return String(JSON.parse(t)); })`;
      expect(JSON.parse(await ask(engine, expression))).toEqual(texts.map((text) => String(Number(text))));
    }));

  it("functions: a compiled definition, its helpers inside the object literal, runs", () =>
    answered(async (engine) => {
      await fillDaily({ engine } as never, 1, 3, "ONE");
      const snapshot = await engine.source.snapshot({ table: "ONE", keyColumns: ["UNIT_ID"], columns: ["Y"] });
      const definition = 'export default { fit: ({ data }) => ({ model: { y: Array.from(data.numbers("Y")) } }) };';
      const plan = { snapshot, keyArg: "unit_id", exports: {}, seed: 1 };
      const body = await compileFitFunction(new TextEncoder().encode(definition), "d", plan);
      const outcomes = await engine.functions!.fit(snapshot, body, [{ ordinal: 0, partitionKey: "s:U00" }]);
      expect(JSON.parse(JSON.parse(outcomes.get(0)!).model)).toEqual({ y: [0, 0.1, 0.2] });
    }));

  it("functions: a batch scored by one has the rows of a batch scored by this process", () =>
    answered(async (engine) => {
      const config = { ...(await parseConfig("engine: snowflake", "f")), file: "f", directory: "." };
      const mm = new ManyModel(config, { ...engine, workers: inProcessWorkers() } as never);
      await fillDaily(mm, 4, 40);
      const dataQuery = { table: "SALES", keyColumn: "UNIT_ID", orderBy: ["UNIT_ID", "OBS_DATE"] };
      const example = new URL("../../examples/sku-demand/sku-forecast.ts", import.meta.url);
      const run = await mm
        .foreachPartition("unit_id")
        .dopar(example, { dataQuery, exports: { horizon: 7 }, workers: 1 });
      await mm.registry.logManyModel({ name: "M", version: "V1", run, horizon: 5 });
      const options = { model: "M", version: "V1", inputTable: "SALES", workers: 1 } as const;
      const rows = async (table: string) => {
        const names = ["PARTITION_KEY", "STEP", "OBS_DATE", "FORECAST", "LO_80", "HI_95"];
        const { columns } = await engine.output.published(table, null, names);
        const column = (name: string) => [...(columns[name]!.values as Iterable<unknown>)];
        return column("STEP")
          .map((_, i) => names.map((name) => column(name)[i]))
          .sort((a, b) => String(a[0]).localeCompare(String(b[0])) || Number(a[1]) - Number(b[1]));
      };
      expect(await mm.registry.runBatch({ ...options, outputTable: "BY_FUNCTION" })).toMatchObject({ ok: 4 });
      const client = { ...engine, address: { ...engine.address, scoring: "client" }, workers: inProcessWorkers() };
      const beside = new ManyModel(config, client as never);
      expect(await beside.registry.runBatch({ ...options, outputTable: "BY_PROCESS" })).toMatchObject({ ok: 4 });
      expect(await rows("BY_FUNCTION")).toEqual(await rows("BY_PROCESS"));
    }));
}
