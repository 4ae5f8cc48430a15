import { open } from "manymodel";

const mm = await open("manymodel.yaml");
try {
  const run = await mm.train("./sku-forecast.ts", {
    source: {
      table: "SERIES_EVENTS",
      partitionBy: "UNIT_ID",
      orderBy: "OBS_DATE",
      columns: ["UNIT_ID", "OBS_DATE", "Y"],
    },
    chunks: 50,
    exports: { horizon: 30 },
  });
  console.log(`${run.index.succeeded} models, ${run.index.failed} failures`);

  const { version } = await mm.models.register({ run, horizon: 30 });
  const batch = await mm.score({ version, inputTable: "SERIES_EVENTS" });
  console.log(`${batch.ok} of ${batch.partitions} partitions scored into ${batch.outputTable}`);
} finally {
  await mm.close();
}
