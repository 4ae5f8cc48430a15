import { writeFile } from "node:fs/promises";
import path from "node:path";
import { connect, type ManyModel } from "manymodel";
import { fillTable, openWorkspace } from "../../workspace.ts";

const DAY = 86_400_000;
const SHOPS = [
  ["north", "Kiel"],
  ["north", "Hamburg"],
  ["south", "Ulm"],
] as const;

const source = (table: string, by: string, more = "") =>
  `source: { table: ${table}, partition_by: ${by}, order_by: day, target: units, period: 7${more} }
model: snaive
train: { horizon: 14, holdout: 7, workers: 1, chunks: 1 }
`;
const YAML = `${source("ITEMS", "[store, sku]", ", attributes: [region]")}register: { model: ITEMS }
batch: { output_table: ITEM_FORECASTS }
reconcile:
  levels:
    - { by: [store, sku], table: ITEM_FORECASTS }
    - { by: store, table: STORE_FORECASTS }
    - { by: region }
    - { by: sku }
    - { by: [] }
`;

/** Opens a workspace of seven items of three stores in two regions, with reconciled forecasts: stores have models of their own. */
export async function openRegions(): Promise<ManyModel> {
  const mm = await openWorkspace("local", YAML);
  const items = SHOPS.flatMap(([region, store], s) =>
    Array.from({ length: 2 + (s === 0 ? 1 : 0) }, (_, i) => ({
      region,
      store,
      sku: `A${i + 1}`,
      level: 11.3 * (s + 1) + 7 * i,
    })),
  );
  const observed = items.flatMap(({ region, store, sku, level }, n) =>
    Array.from({ length: 56 }, (_, day) => ({
      ...{ region, store, sku, day: day * DAY },
      units: level + 3 * Math.sin((2 * Math.PI * day) / 7) + ((day * (n + 3)) % 5),
    })),
  );
  const texts = (...names: string[]) => names.map((name) => ({ name, type: "string" as const }));
  const others = [
    { name: "day", type: "date" },
    { name: "units", type: "number" },
  ] as const;
  const itemRows = observed.map(({ store, sku, region, day, units }) => [store, sku, region, day, units]);
  await fillTable(mm, "ITEMS", [...texts("store", "sku", "region"), ...others], itemRows);
  const stores = new Map<string, number>();
  for (const { store, day, units } of observed)
    stores.set(`${store} ${day}`, (stores.get(`${store} ${day}`) ?? 0) + units);
  const storeRows = Array.from(stores, ([name, units]) => [...name.split(" "), units]);
  await fillTable(
    mm,
    "STORES",
    [...texts("store"), ...others],
    storeRows.map(([store, day, units]) => [store, Number(day), units]),
  );

  const file = path.join(mm.config.directory, "stores.yaml");
  await writeFile(
    file,
    `${source("STORES", "store")}register: { model: STORES }\nbatch: { output_table: STORE_FORECASTS }\n`,
  );
  const above = await connect(file);
  try {
    await above.models.register({ run: await above.train("snaive", { runId: "stores" }) });
    await above.score();
  } finally {
    await above.close();
  }
  await mm.models.register({ run: await mm.train("theta", { runId: "items" }) });
  await mm.score();
  await mm.reconcile();
  return mm;
}
