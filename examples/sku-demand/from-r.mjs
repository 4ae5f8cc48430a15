import { connect } from "manymodel";

const mm = await connect("manymodel.yaml");
const run = await mm
  .foreach({ unit_id: await mm.keys({ table: "SERIES_EVENTS", keyColumn: "UNIT_ID" }) })
  .dopar(new URL("./sku-forecast.ts", import.meta.url), {
    mode: "tasks",
    chunksPerJob: 50,
    saveModels: true,
    dataQuery: {
      table: "SERIES_EVENTS",
      keyColumn: "UNIT_ID",
      columns: ["UNIT_ID", "OBS_DATE", "Y"],
      orderBy: ["UNIT_ID", "OBS_DATE"],
    },
    exports: { horizon: 30 },
  });
console.log(`${run.index.succeeded} models, ${run.index.failed} failures`);

const { version } = await mm.registry.logManyModel({
  name: "MANY_MODEL_FORECAST",
  version: run.runId,
  run,
  partitionColumns: ["UNIT_ID"],
  horizon: 30,
});
const batch = await mm.registry.runBatch({
  model: "MANY_MODEL_FORECAST",
  version,
  inputTable: "SERIES_EVENTS",
  outputTable: "FORECAST_RESULTS",
  partitionCol: "UNIT_ID",
});
console.log(`${batch.ok} of ${batch.partitions} partitions scored into ${batch.outputTable}`);
await mm.close();
