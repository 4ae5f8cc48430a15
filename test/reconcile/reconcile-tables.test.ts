import { encodeKey, type KeyColumn, type KeyValue, type ManyModel, type ReconcileTablesOptions } from "manymodel";
import { describe, expect, it } from "vitest";
import { groupedHierarchy } from "../../packages/forecast/src/index.ts";
import { generalised } from "../../packages/forecast/test/hierarchy/dense.ts";
import { EVERY_ENGINE } from "../every-engine.ts";
import { fillTable, openWorkspace } from "../workspace.ts";

const DAY = 86_400_000;
const DAYS = [20_454, 20_455];
const WIDTH = 1.959963984540054;

/** A forecast of a partition: its key, its day as a number, its value; its standard error is 1 unless given. NaN: no bounds. Without a value and with a standard error of 0 it has ended. */
type Row = [KeyValue[], number | null, number | null, (number | undefined)?];

/** Fills a table as batch scoring writes it, for text keys unless others are given. */
async function forecasts(mm: ManyModel, table: string, by: readonly KeyColumn[], rows: readonly Row[]) {
  const columns = [
    ...[{ name: "MODEL_NAME" }, { name: "MODEL_VERSION" }].map(({ name }) => ({ name, type: "string" as const })),
    ...by.map(({ name, type }) => ({ name, type: type as "string" | "integer" })),
    { name: "PARTITION_KEY", type: "string" },
    { name: "day", type: "date" },
    { name: "STEP", type: "integer" },
    ...["FORECAST", "LO_95", "HI_95"].map((name) => ({ name, type: "number" as const })),
    { name: "STATUS", type: "string" },
  ] as const;
  const cells = rows.map(([key, day, value, error = 1]) => {
    const bounds =
      value === null || Number.isNaN(error) ? [null, null] : [value - WIDTH * error, value + 2 * WIDTH * error];
    const values = key.map((part, i) => (by[i]!.type === "integer" && part !== null ? BigInt(part as number) : part));
    const step = day === null ? null : BigInt(1 + DAYS.indexOf(day));
    const status = value !== null ? "OK" : error === 0 ? "ENDED" : "ERROR: no luck";
    return ["M", "V1", ...values, encodeKey(by, key), day === null ? null : day * DAY, step, value, ...bounds, status];
  });
  await fillTable(mm, table, [...columns], cells);
}

const text = (...names: string[]): KeyColumn[] => names.map((name) => ({ name, type: "string" }));

/**
 * Fills the tables of two stores with two items each, on two days. The stores' forecasts are 4 above the sums, the
 * total's another 6.
 */
async function fill(mm: ManyModel) {
  const items = [10, 20, 30, 40];
  const leaves = DAYS.flatMap((day) => items.map((y, i): Row => [[i < 2 ? "A" : "B", `x${i % 2}`], day, y]));
  await forecasts(mm, "ITEMS", text("store", "sku"), leaves);
  await forecasts(
    mm,
    "STORES",
    text("store"),
    DAYS.flatMap((day): Row[] => [
      [["A"], day, 34],
      [["B"], day, 74],
    ]),
  );
  await forecasts(
    mm,
    "TOTAL",
    text("company"),
    DAYS.map((day): Row => [["all"], day, 114]),
  );
}

const LEVELS = [
  { by: ["store", "sku"], table: "ITEMS" },
  { by: ["store"], table: "STORES" },
  { by: [], table: "TOTAL" },
];
const OPTIONS: ReconcileTablesOptions = { levels: LEVELS, time: "day", intervals: [95] };

/** Returns a table's rows, by level and key, of the first day unless another is asked for. */
async function rowsOf(mm: ManyModel, table: string, keys: string[], step = 1) {
  const columns = ["LEVEL", "PARTITION_KEY", "STEP", "FORECAST", "BASE_FORECAST", "LO_95", "HI_95", "STATUS", ...keys];
  const snapshot = await mm.engine.source.snapshot({ table, keyColumns: ["STATUS"], columns });
  const { batch } = await mm.engine.source.read(
    snapshot,
    Array.from({ length: snapshot.partitions }, (_, i) => i),
  );
  const rows = Array.from({ length: batch.length }, (_, row) =>
    Object.fromEntries(columns.map((name) => [name, batch.columns[name]!.values[row]])),
  );
  const matching = rows.filter((row) => row.STEP === step || Number.isNaN(row.STEP));
  return new Map(matching.map((row) => [`${row.LEVEL} ${row.PARTITION_KEY}`, row]));
}

describe.each(EVERY_ENGINE)("reconciling tables that setup created, engine: %s", (_, missing, open) => {
  it.skipIf(missing !== undefined)("finds their keys, which come after their other columns", async () => {
    const mm = await open("");
    const columns = ["MODEL_NAME", "MODEL_VERSION", "PARTITION_KEY"].map((name) => ({ name, type: "string" }) as const);
    const later = [
      { name: "STEP", type: "integer" },
      { name: "FORECAST", type: "number" },
      { name: "STATUS", type: "string" },
    ] as const;
    for (const table of ["ITEMS", "STORES", "TOTAL"]) await mm.engine.output.create(table, [...columns, ...later]);
    await fill(mm);
    const summary = await mm.reconcile({ ...OPTIONS, method: "wls-var" });
    expect(summary).toMatchObject({ leaves: 4, aggregates: 3, steps: 2, rows: 14 });
  });
});

for (const engine of ["local", "memory"] as const)
  describe(`reconciling tables on the ${engine} engine`, () => {
    it("has no leaf of a series that has ended", async () => {
      const mm = await openWorkspace(engine);
      await forecasts(mm, "ITEMS", text("store", "sku"), [
        [["A", "x0"], 20_454, 10],
        [["A", "x1"], null, null, 0],
      ]);
      await forecasts(mm, "STORES", text("store"), [[["A"], 20_454, 12]]);
      const summary = await mm.reconcile({ ...OPTIONS, levels: LEVELS.slice(0, 2), method: "ols" });
      expect(summary).toMatchObject({ leaves: 1, aggregates: 1, leftOut: 0, rows: 2 });
    });

    it("makes the levels add up by weighted least squares, as dense algebra does, and shrinks their intervals", async () => {
      const mm = await openWorkspace(engine);
      await fill(mm);
      const summary = await mm.reconcile({ ...OPTIONS, method: "wls-var" });
      expect(summary).toEqual({
        method: "wls-var",
        outputTable: "RECONCILED_FORECASTS",
        leaves: 4,
        aggregates: 3,
        steps: 2,
        leftOut: 0,
        unweighted: 0,
        rows: 14,
      });
      const h = groupedHierarchy({ store: ["A", "A", "B", "B"] }, [["store"], []]);
      const identity = Array.from({ length: 7 }, (_, i) => Array.from({ length: 7 }, (_, j) => (i === j ? 1 : 0)));
      // Every base forecast has the same variance.
      const { map, covariance } = generalised(h, identity);
      const base = [34, 74, 114, 10, 20, 30, 40];
      const names = ["s:A", "s:B", "", "s:A,s:x0", "s:A,s:x1", "s:B,s:x0", "s:B,s:x1"];
      for (const step of [1, 2]) {
        const rows = await rowsOf(mm, "RECONCILED_FORECASTS", ["store", "sku", "day"], step);
        for (const [i, name] of names.entries()) {
          const row = rows.get(`${["store", "store", "total"][i] ?? "store,sku"} ${name}`)!;
          const expected = map[i]!.reduce((sum, weight, j) => sum + weight * base[j]!, 0);
          expect(row.FORECAST).toBeCloseTo(expected, 10);
          expect(row.BASE_FORECAST).toBe(base[i]);
          const error = 1.5 * Math.sqrt(covariance[i]![i]!) * WIDTH;
          // The variance is taken from the whole interval, 1.5 standard errors; each half is scaled alike.
          expect(row.LO_95).toBeCloseTo(expected - error / 1.5, 10);
          expect(row.HI_95).toBeCloseTo(expected + (2 * error) / 1.5, 10);
          expect(row).toMatchObject({ STATUS: "OK", day: DAYS[step - 1]! * DAY });
        }
        expect(rows.get("total ")).toMatchObject({ store: null, sku: null });
        expect(rows.get("store s:B")).toMatchObject({ store: "B", sku: null });
        expect(rows.get("store,sku s:B,s:x1")).toMatchObject({ store: "B", sku: "x1" });
      }
    });

    it("derives levels that have no table, and keeps the rows of other methods", async () => {
      const mm = await openWorkspace(engine);
      await fill(mm);
      const levels = [{ by: ["store", "sku"], table: "ITEMS" }, { by: ["sku"] }, { by: [] }];
      await mm.reconcile({ ...OPTIONS, levels, method: "bottom-up", outputTable: "R" });
      await mm.reconcile({ ...OPTIONS, levels, method: "bottom-up", outputTable: "R" });
      const rows = await rowsOf(mm, "R", []);
      expect(rows.get("sku s:x1")).toMatchObject({ FORECAST: 60, BASE_FORECAST: NaN });
      // The root of the sum of two squares.
      expect(rows.get("sku s:x1")!.LO_95).toBeCloseTo(60 - Math.SQRT2 * WIDTH, 12);
      expect(rows.get("total ")!.HI_95).toBeCloseTo(100 + 2 * 2 * WIDTH, 12);
      expect(await mm.engine.tables.list()).toContainEqual({ name: "R", rows: 14 });
      await mm.reconcile({ ...OPTIONS, method: "ols", outputTable: "R" });
      expect(await mm.engine.tables.list()).toContainEqual({ name: "R", rows: 28 });
    });

    it("groups by attributes of the leaves that are no key columns, also of integers and NULL", async () => {
      const mm = await openWorkspace(engine);
      const by: KeyColumn[] = [{ name: "sku", type: "integer" }];
      const leaves = [7, 8, null].map((sku, i): Row => [[sku], 20_454, 2 ** i]);
      await forecasts(mm, "ITEMS", by, leaves);
      const columns = [
        { name: "SKU", type: "integer" },
        { name: "brand", type: "string" },
      ] as const;
      const brands = [
        [7n, "a"],
        [8n, null],
        [null, "a"],
        [9n, "b"],
      ];
      await fillTable(mm, "BRANDS", [...columns], brands);
      const levels = [{ by: ["sku"], table: "ITEMS" }, { by: ["brand"] }];
      const options = { ...OPTIONS, levels, attributes: "BRANDS", method: "bottom-up" } as const;
      await mm.reconcile(options);
      const rows = await rowsOf(mm, "RECONCILED_FORECASTS", ["brand"]);
      expect(rows.get("brand s:a")).toMatchObject({ FORECAST: 5, brand: "a" });
      expect(rows.get("brand n:")).toMatchObject({ FORECAST: 2, brand: null });
      await expect(mm.reconcile({ ...options, levels: [levels[0]!, { by: ["colour"] }] })).rejects.toThrow(/colour/);
      await fillTable(mm, "FEWER", [...columns], brands.slice(1));
      await expect(mm.reconcile({ ...options, attributes: "FEWER" })).rejects.toThrow("sku = 7 is not in FEWER");
      await fillTable(mm, "TWICE", [...columns], [...brands, [7n, "b"]]);
      await expect(mm.reconcile({ ...options, attributes: "TWICE" })).rejects.toThrow(/sku = 7 has two rows in TWICE/);
    });

    const times = [1, 2, 3, 4, 5];
    /** Fills tables of residuals: leaves are 0 to 3, stores 4 and 5, the total 6. Returns the levels that name them. */
    const fillResiduals = async (mm: ManyModel, noise: (i: number, t: number) => number) => {
      const day = { name: "day", type: "date" } as const;
      const residual = { name: "RESIDUAL", type: "number" } as const;
      const column = (name: string) => ({ name, type: "string" as const });
      const keys = ["A", "B"].flatMap((store) => ["x0", "x1"].map((sku) => [store, sku]));
      await fillTable(
        mm,
        "R_ITEMS",
        [column("store"), column("sku"), day, residual],
        keys.flatMap((key, i) => times.map((t) => [...key, t * DAY, noise(i, t)])),
      );
      await fillTable(
        mm,
        "R_STORES",
        [column("store"), day, residual],
        ["A", "B"].flatMap((store, i) => times.map((t) => [store, t * DAY, noise(i + 4, t)])),
      );
      await fillTable(
        mm,
        "R_TOTAL",
        [day, residual],
        times.map((t) => [t * DAY, noise(6, t)]),
      );
      return LEVELS.map((level, i) => ({ ...level, residuals: ["R_ITEMS", "R_STORES", "R_TOTAL"][i]! }));
    };
    it("takes MinT's residuals from tables", async () => {
      const mm = await openWorkspace(engine);
      await fill(mm);
      const noise = (i: number, t: number) => Math.sin(7 * i + 3 * t * t);
      const levels = await fillResiduals(mm, noise);
      await mm.reconcile({ ...OPTIONS, levels, method: "mint-shrink" });
      const rows = await rowsOf(mm, "RECONCILED_FORECASTS", []);
      const { reconcile } = await import("../../packages/forecast/src/index.ts");
      const h = groupedHierarchy({ store: ["A", "A", "B", "B"] }, [["store"], []]);
      const order = [4, 5, 6, 0, 1, 2, 3];
      const residuals = times.map((t) => Float64Array.from(order, (i) => noise(i, t)));
      const [expected] = reconcile(h, [Float64Array.of(34, 74, 114, 10, 20, 30, 40)], {
        method: "mint-shrink",
        residuals,
      });
      expect(rows.get("total ")!.FORECAST).toBeCloseTo(expected![2]!, 10);
      expect(rows.get("store,sku s:B,s:x0")!.FORECAST).toBeCloseTo(expected![5]!, 10);
      await expect(mm.reconcile({ ...OPTIONS, method: "mint-shrink" })).rejects.toThrow(/store,sku has no residuals/);
    });
    it("by MinT keeps a leaf whose past was perfect, and changes the others though the total's was too", async () => {
      const mm = await openWorkspace(engine);
      await fill(mm);
      const perfect = [0, 6];
      const noise = (i: number, t: number) => (perfect.includes(i) ? 0 : Math.sin(7 * i + 3 * t * t));
      const levels = await fillResiduals(mm, noise);
      await mm.reconcile({ ...OPTIONS, levels, method: "mint-shrink" });
      const rows = await rowsOf(mm, "RECONCILED_FORECASTS", []);
      const of = (key: string) => Number(rows.get(key)!.FORECAST);
      // Base forecasts are 10, 20, 30, 40 of leaves, and 114 of the total, which its past says is right.
      expect(of("store,sku s:A,s:x0")).toBe(10);
      expect(of("total ")).toBeCloseTo(114, 6);
      const leaves = ["A,s:x0", "A,s:x1", "B,s:x0", "B,s:x1"].map((key) => of(`store,sku s:${key}`));
      expect(leaves.reduce((sum, value) => sum + value, 0)).toBeCloseTo(114, 6);
      for (const value of leaves) expect(Math.abs(value)).toBeLessThan(114);
    });
    it("by MinT keeps a leaf without residuals and says so in its rows, and reconciles the others", async () => {
      const reconciled = async (first: number) => {
        const mm = await openWorkspace(engine);
        await fill(mm);
        const levels = await fillResiduals(mm, (i, t) => (i === 0 ? first : Math.sin(7 * i + 3 * t * t)));
        const summary = await mm.reconcile({ ...OPTIONS, levels, method: "mint-shrink" });
        return { summary, rows: await rowsOf(mm, "RECONCILED_FORECASTS", []) };
      };
      // A leaf whose past was perfect keeps its forecast, by the test before; so does one whose past is unknown.
      const perfect = await reconciled(0);
      const unknown = await reconciled(NaN);
      expect(perfect.summary).toMatchObject({ unweighted: 0, rows: 14 });
      expect(unknown.summary).toMatchObject({ unweighted: 1, rows: 14 });
      for (const [key, { FORECAST, STATUS }] of unknown.rows) {
        expect(FORECAST).toBeCloseTo(Number(perfect.rows.get(key)!.FORECAST), 10);
        expect(STATUS).toMatch(key === "store,sku s:A,s:x0" ? /^UNWEIGHTED: .* keeps its base forecast$/ : /^OK$/);
      }
    });
    it("by variances keeps a leaf without an interval, and takes a sum without one from its leaves", async () => {
      const mm = await openWorkspace(engine);
      await fill(mm);
      const [day] = DAYS as [number, number];
      const leaves = (...errors: number[]) =>
        [
          ["A", "x0"],
          ["A", "x1"],
          ["B", "x0"],
          ["B", "x1"],
        ].map((key, i): Row => [key, day, 10 * (i + 1), errors[i]]);
      await forecasts(mm, "SOME", text("store", "sku"), leaves(NaN));
      await forecasts(mm, "STORES", text("store"), [
        [["A"], day, 34],
        [["B"], day, 74, NaN],
      ]);
      const levels = [
        { by: ["store", "sku"], table: "SOME" },
        { by: ["store"], table: "STORES" },
      ];
      const summary = await mm.reconcile({ ...OPTIONS, levels, method: "wls-var" });
      expect(summary).toMatchObject({ leftOut: 0, unweighted: 2, rows: 6 });
      const rows = await rowsOf(mm, "RECONCILED_FORECASTS", []);
      const leaf = rows.get("store,sku s:A,s:x0")!;
      expect(leaf).toMatchObject({ FORECAST: 10, LO_95: NaN });
      expect(leaf.STATUS).toMatch(/^UNWEIGHTED: .* keeps its base forecast$/);
      // Store A's 4 more go to its other leaf and to the store itself by halves: both have the same variance.
      expect(rows.get("store,sku s:A,s:x1")).toMatchObject({ STATUS: "OK" });
      expect(rows.get("store,sku s:A,s:x1")!.FORECAST).toBeCloseTo(22, 10);
      expect(rows.get("store s:A")!.FORECAST).toBeCloseTo(32, 10);
      const store = rows.get("store s:B")!;
      expect(store).toMatchObject({ FORECAST: 70, BASE_FORECAST: 74 });
      expect(store.LO_95).toBeCloseTo(70 - Math.SQRT2 * WIDTH, 10);
      expect(store.STATUS).toMatch(/^UNWEIGHTED: .* is the sum of its leaves$/);
      // A table in which no leaf has an interval has nothing to weigh by.
      await forecasts(mm, "NO_INTERVALS", text("store", "sku"), leaves(NaN, NaN, NaN, NaN));
      const none = [
        { by: ["store", "sku"], table: "NO_INTERVALS" },
        { by: ["store"], table: "STORES" },
      ];
      await expect(mm.reconcile({ ...OPTIONS, levels: none, method: "wls-var" })).rejects.toThrow(
        /no leaf has a known variance.*Use method wls-struct/,
      );
    });

    it("names a missing forecast, or leaves it out with leave-out", async () => {
      const mm = await openWorkspace(engine);
      const [first, second] = DAYS as [number, number];
      const rows: Row[] = [
        [["A", "x0"], first, 10],
        [["A", "x1"], first, 20],
        [["B", "x0"], first, 30],
        [["A", "x0"], second, 10],
        [["B", "x0"], second, 30],
        [["B", "x1"], null, null],
      ];
      await forecasts(mm, "ITEMS", text("store", "sku"), rows);
      await forecasts(mm, "STORES", text("store"), [
        [["A"], first, 33],
        [["A"], second, 12],
        [["B"], second, 33],
      ]);
      const options = { ...OPTIONS, levels: LEVELS.slice(0, 2), method: "ols" } as const;
      await expect(mm.reconcile(options)).rejects.toThrow(
        'store = "B", sku = "x1" has no forecast for 2026-01-01 in ITEMS',
      );
      expect(await mm.engine.tables.list()).toContainEqual({ name: "RECONCILED_FORECASTS", rows: 0 });
      const summary = await mm.reconcile({ ...options, missing: "leave-out" });
      expect(summary).toMatchObject({ leaves: 4, leftOut: 2, steps: 2, rows: 3 + 2 + 2 + 2 + 1 });
      const one = await rowsOf(mm, "RECONCILED_FORECASTS", [], 1);
      // 33 is 3 above 10 + 20, a third of which goes to each; store B has no forecast, and is the sum.
      expect(one.get("store,sku s:A,s:x1")!.FORECAST).toBeCloseTo(21, 12);
      expect(one.get("store s:B")).toMatchObject({ FORECAST: 30, BASE_FORECAST: NaN });
      expect(one.get("store s:B")!.LO_95).toBeCloseTo(30 - WIDTH, 12);
      const two = await rowsOf(mm, "RECONCILED_FORECASTS", [], 2);
      expect(two.get("store,sku s:A,s:x0")!.FORECAST).toBeCloseTo(11, 12);
      expect(two.has("store,sku s:A,s:x1")).toBe(false);
      expect(two.get("store,sku s:B,s:x1")!.STATUS).toMatch(/^LEFT_OUT/);
    });

    it.each<[string, ReconcileTablesOptions, RegExp]>([
      ["one level", { levels: LEVELS.slice(0, 1) }, /at least two levels/],
      ["leaves without a table", { levels: [{ by: ["store"] }, { by: [] }] }, /the leaves, level store, have no table/],
      ["a total of leaves", { levels: [{ by: [], table: "TOTAL" }, { by: ["store"] }] }, /first level is that of the/],
      ["a level twice", { levels: [...LEVELS, { by: ["STORE"] }] }, /level STORE is declared twice/],
      ["a column twice", { levels: [...LEVELS, { by: ["sku", "SKU"] }] }, /names column sku twice/],
      ["a column that is no key", { levels: [...LEVELS, { by: ["region"] }] }, /region is no key column.*--attributes/],
      [
        "a table by other keys",
        { levels: [LEVELS[0]!, { by: ["sku"], table: "STORES" }] },
        /STORES has forecasts by store/,
      ],
      [
        "a table of other keys",
        { levels: [LEVELS[0]!, { by: ["store"], table: "ODD" }] },
        /ODD has forecasts of store = "C"/,
      ],
      [
        "other times",
        { levels: [LEVELS[0]!, { by: ["store"], table: "LATE" }] },
        /ITEMS has forecasts for day = 2026-01-01, LATE has none/,
      ],
      [
        "two versions",
        { levels: [LEVELS[0]!, { by: ["store"], table: "TWO" }] },
        /TWO has two forecasts of store = "A"/,
      ],
      ["no such column", { intervals: [80] }, /ITEMS has no column "LO_80"/],
      ["a level of an interval", { intervals: [0] }, /level is 0/],
      ["no intervals to weigh by", { intervals: [], method: "wls-var" }, /wls-var takes variances from intervals/],
      ["a foreign output", { outputTable: "PLAIN" }, /PLAIN is not a table of forecasts/],
      ["its own input as output", { outputTable: "STORES" }, /STORES is not a table of forecasts/],
      ["a method that is none", { method: "mint" as "ols" }, /no reconciliation method "mint".*mint-shrink/],
      [
        "no times",
        { levels: [{ by: ["store"], table: "NONE" }, { by: [] }] },
        /NONE has no forecasts with a value in day/,
      ],
      [
        "crossing levels from the top",
        { levels: [...LEVELS, { by: ["sku"] }], method: "top-down" },
        /top-down by forecast proportions needs levels that nest/,
      ],
    ])("refuses %s", async (_, options, message) => {
      const mm = await openWorkspace(engine);
      await fill(mm);
      const [first, second] = DAYS as [number, number];
      const both = (store: string): Row[] => DAYS.map((day) => [[store], day, 1]);
      await forecasts(mm, "ODD", text("store"), [...both("A"), ...both("B"), ...both("C")]);
      await forecasts(mm, "LATE", text("store"), [[["A"], second, 1]]);
      await forecasts(mm, "TWO", text("store"), [...both("A"), [["A"], first, 1], ...both("B")]);
      await forecasts(mm, "NONE", text("store"), [[["A"], null, null]]);
      await fillTable(mm, "PLAIN", [{ name: "X", type: "number" }], [[1]]);
      await expect(mm.reconcile({ ...OPTIONS, ...options })).rejects.toThrow(message);
      expect((await mm.engine.tables.list()).every(({ name, rows }) => !/^RECON/.test(name) || rows === 0)).toBe(true);
    });
  });
