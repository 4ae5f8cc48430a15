import { open } from "manymodel";

const mm = await open({
  model: "holt-winters",
  source: { table: "SERIES_EVENTS", partition_by: "UNIT_ID", order_by: "OBS_DATE", target: "Y", period: 7 },
});
await mm.setup({ table: "SERIES_EVENTS", units: 50, days: 730, seed: 1 }); // two years of sales of 50 products
const run = await mm.train(); // one model per product, measured on the last 30 days first
const { version } = await mm.models.register({ run }); // all 50 models are one version
await mm.score({ version }); // which forecasts the next 30 days of every product
const sql = "SELECT UNIT_ID, OBS_DATE, round(FORECAST), round(LO_95), round(HI_95) FROM FORECASTS ORDER BY ALL LIMIT 3";
for (const row of (await mm.tables.query(sql)).rows) console.log(row.join("  "));
await mm.close();
