import type { Command } from "commander";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer } from "../option.ts";

interface SetupOptions extends CommonOptions {
  readonly series?: true | number;
  readonly days: number;
  readonly seed: number;
  readonly dryRun?: boolean;
}

/** `manymodel setup`: creates what the workspace needs. */
export function addSetup(command: Command): void {
  command
    .option("--series [n]", "also create synthetic SERIES_EVENTS of n series", (text) => integer(1)(text))
    .option("--days <n>", "length of the synthetic series", integer(1), 1095)
    .option("--seed <n>", "seed of the synthetic series", integer(0), 1)
    .option("--dry-run", "only print the statements that create what the engine needs")
    .action(async (options: SetupOptions) => {
      if (options.dryRun) {
        const statements = await withWorkspace(options, async ({ engine }) => engine.preparation?.statements ?? []);
        const text = statements.length === 0 ? "This engine needs no statements." : `${statements.join(";\n\n")};`;
        return print({ json: statements, text }, options);
      }
      const summary = await withWorkspace(options, async (mm) => {
        const units = options.series === true ? (mm.config.parallel_lab?.demo_forecast_n_skus ?? 200) : options.series;
        const { days, seed } = options;
        const series = units === undefined ? undefined : { table: "SERIES_EVENTS", units, days, seed };
        return mm.setup(series);
      });
      const text = [
        summary.created.length > 0 ? `Created ${summary.created.join(", ")}.` : "Nothing to create.",
        summary.kept.length > 0 ? `Left as they were: ${summary.kept.join(", ")}.` : "",
      ];
      print({ json: summary, text: text.join(" ").trim() }, options);
    });
}
