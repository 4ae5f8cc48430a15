import type { ManyModel } from "manymodel";
import { expect, it, onTestFinished } from "vitest";
import { startDashboard } from "../../dist/dashboard/server.js";
import { body, fillTable, openWorkspace } from "../workspace.ts";
import { launch, NO_BROWSER, openTab } from "./browser.ts";

const DAY = 86_400_000;
/** Ends whatever text or attribute it stands in, and then runs a script in every way that needs no click. */
const MARKUP = `"'></script></style><script>window.struck=1</script><img src=x onerror="window.struck=1"><svg onload="window.struck=1"></svg><iframe src="javascript:parent.struck=1"></iframe>`;
const KEYS = [MARKUP, `bad ${MARKUP}`, "javascript:window.struck=1", "plain"];

const YAML =
  "source: { table: SALES, partition_by: unit_id, order_by: [unit_id, obs_date], target: y }\nregister: { name: M }\n";

function fill(mm: ManyModel, days: number): Promise<void> {
  const columns = [
    { name: "UNIT_ID", type: "string" },
    { name: "OBS_DATE", type: "date" },
    { name: "Y", type: "number" },
  ] as const;
  const rows = KEYS.flatMap((key, i) => Array.from({ length: days }, (_, day) => [key, day * DAY, i + (day % 3)]));
  return fillTable(mm, "SALES", [...columns], rows);
}

it.skipIf(NO_BROWSER !== undefined)(
  `no page takes a key, message, log, metric, kind or comment for markup${NO_BROWSER === undefined ? "" : `: ${NO_BROWSER}`}`,
  async () => {
    const mm = await openWorkspace("local", YAML);
    await fill(mm, 28);
    for (const [version, modelRunId] of [
      ["V1", "first"],
      ["V2", "second"],
    ] as const) {
      const options = { exports: { markup: MARKUP }, modelRunId, workers: 1 };
      await mm.foreachPartition("unit_id").dopar(body("hostile-markup"), options);
      await mm.models.register({ model: "M", version, run: modelRunId, horizon: 4, comment: MARKUP });
      await mm.models.setTag("M", version, "origin", MARKUP);
    }
    await mm.models.as(MARKUP).setAlias("M", "champion", "V1");
    await mm.registry.runBatch({ model: "M", version: "V2", inputTable: "SALES" });
    await fill(mm, 32);
    await mm.monitor();
    const { url, close } = await startDashboard(mm, {
      host: "127.0.0.1",
      port: 0,
      onError: (thrown) => console.error(thrown),
    });
    onTestFinished(close);
    const browser = await launch();
    onTestFinished(() => browser.close());
    // A tab fails the test if the page's policy had to stop a script.
    const tab = await openTab(browser);
    const series = (key: string) => `/runs/first/series?key=${encodeURIComponent(`s:${key}`)}`;
    const reflected = encodeURIComponent(MARKUP);
    for (const [path, ready, shows] of [
      ["/", ".night", ""],
      ["/runs", "table.rows", "first"],
      ["/runs/first", ".failures", "<img src=x"],
      ["/runs/first/partitions", ".vbody [role=row]", "<img src=x"],
      [`/runs/first/partitions?text=${reflected}&sort=${reflected}`, "main", ""],
      [series(KEYS[0] ?? ""), ".series-title", "<img src=x"],
      [series(KEYS[1] ?? ""), "[role=alert]", "<img src=x"],
      [series(KEYS[2] ?? ""), ".series-title", "javascript:window.struck=1"],
      ["/compare?a=first&b=second", ".scatter circle", ""],
      [`/compare?a=${reflected}&b=${reflected}&metric=${reflected}`, "main", ""],
      ["/registry", "table.rows", "M"],
      ["/registry/M", ".lineage", "<img src=x"],
      [`/registry/${reflected}`, "main", ""],
      ["/monitor", "main table", ""],
      [`/monitor?model=${reflected}`, "main", ""],
      [`/runs/${reflected}`, "main", ""],
      [`/${reflected}`, ".empty", ""],
    ] as const) {
      await tab.goto(url + path);
      await tab.locator(ready).first().waitFor();
      if (shows !== "") await tab.getByText(shows).filter({ visible: true }).first().waitFor();
      const struck = await tab.evaluate("window.struck");
      expect([path, struck]).toEqual([path, undefined]);
      // Neither as a script that ran, nor as an element that the policy kept from running, nor as a link.
      const strange = 'iframe, img, [onerror], [onload], script:not([src]), a[href^="javascript:"]';
      expect([path, await tab.locator(strange).count()]).toEqual([path, 0]);
    }
  },
);
