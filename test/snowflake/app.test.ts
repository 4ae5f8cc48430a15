import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { BIN } from "../processes.ts";
import { temporaryFolder } from "../workspace.ts";
import { ENVIRONMENT, openTestAccount } from "./account.ts";
import { manymodel } from "./command.ts";

/** A Python with streamlit, nbformat and pandas of PyPI: `npm run test:snowflake-sql` has one. */
const { MANYMODEL_STREAMLIT: python } = process.env;
const stub = fileURLToPath(new URL("streamlit_app_run.py", import.meta.url));

describe("notebooks and app", () => {
  it.skipIf(python === undefined)(
    "run headless against the local server, from the files that were written",
    async () => {
      const account = await openTestAccount();
      onTestFinished(() => account.close());
      const folder = await temporaryFolder();
      const config = {
        engine: "snowflake",
        snowflake: account.block("APP"),
        source: { table: "SERIES_EVENTS", partition_by: "UNIT_ID", order_by: "OBS_DATE", period: 7 },
        model: "snaive",
        train: { horizon: 7, holdout: 7 },
      };
      await writeFile(path.join(folder, "manymodel.yaml"), JSON.stringify(config));
      await manymodel(folder, "setup", "--series", "4", "--days", "60");
      await manymodel(folder, "pipeline", "run");
      await manymodel(folder, "snowflake", "notebooks", "--to", "notebooks");
      const { stdout } = await promisify(execFile)(python!, [stub, path.join(folder, "notebooks"), BIN], {
        cwd: folder,
        env: { ...process.env, ...ENVIRONMENT },
      });
      expect(JSON.parse(stdout)).toEqual({
        // Only the monitor's panel has nothing to show: it did not run.
        exceptions: [],
        infos: 1,
        frames: 5,
        subheaders: 9,
        // Cells of Python that were run: those of the demo and the monitor, and the setup once more, which replaces nothing.
        notebooks: { "demo.ipynb": 9, "monitor.ipynb": 10, "setup.ipynb": expect.any(Number) },
        // A cell whose table is not there yet.
        refused: ["monitor.ipynb"],
      });
    },
  );
});
