import type { Command } from "commander";
import type { Deployment } from "../../api/verbs/schedule.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer } from "../option.ts";

type DryRun = CommonOptions & { readonly dryRun?: boolean };

/** The long-running services, and what each is for. */
const SERVICES = {
  workers: "keep n containers ready that serve the queue of any run (queue.worker_type: persistent)",
  serve: "have n containers answer predictions over HTTP, as `manymodel serve` does",
} as const;

/** `manymodel snowflake`: what an account does by itself. */
export function addSnowflake(snowflake: Command): void {
  addCommand(snowflake, "schedule", "have the account run the pipeline by snowflake.schedule; replaces an earlier one")
    .option("--dry-run", "only print the statements")
    .action(async (options: DryRun) => {
      const { schedulePipeline } = await import("../../api/verbs/schedule.ts");
      const deployment = await withWorkspace(options, (mm) => schedulePipeline(mm, options));
      report(
        deployment,
        options,
        `The account runs the pipeline by itself, from ${deployment.files.join(" and ")} on the stage.`,
      );
    });
  addCommand(snowflake, "unschedule", "remove the objects that `schedule` made")
    .option("--dry-run", "only print the statements")
    .action(async (options: DryRun) => {
      const { unschedulePipeline } = await import("../../api/verbs/schedule.ts");
      const deployment = await withWorkspace(options, (mm) => unschedulePipeline(mm, options));
      report(deployment, options, "The account does not run the pipeline any more.");
    });
  addCommand(snowflake, "notebooks", "write notebooks and a Streamlit app over the workspace's views")
    .option("--to <folder>", "where to", "notebooks")
    .action(async (options: CommonOptions & { readonly to: string }) => {
      const { writeNotebooks } = await import("../../api/verbs/notebooks.ts");
      const files = await withWorkspace(options, (mm) => writeNotebooks(mm, options.to));
      print({ json: { files }, text: `Wrote ${files.join(", ")}.` }, options);
    });
  for (const kind of ["workers", "serve"] as const)
    addCommand(snowflake, `${kind} [n]`, `${SERVICES[kind]}, or suspend them (0); without n: show their state`)
      .option("--drop", "remove the service")
      .option("--dry-run", "only print the statements")
      .action(async (text: string | undefined, options: DryRun & { readonly drop?: boolean }) => {
        if (options.drop) {
          const { dropService } = await import("../../api/verbs/container-service.ts");
          const deployment = await withWorkspace(options, (mm) => dropService(mm, kind, options));
          return report(deployment, options, `There is no service ${kind} any more.`);
        }
        if (text === undefined) {
          const { serviceState } = await import("../../api/verbs/container-service.ts");
          const state = await withWorkspace(options, (mm) => serviceState(mm, kind));
          const at = state?.url == null ? "" : `, at ${state.url}`;
          return print({ json: state ?? null, text: state === undefined ? "None." : `${state.status}${at}.` }, options);
        }
        const instances = integer(0)(text);
        const { scaleService } = await import("../../api/verbs/container-service.ts");
        const deployment = await withWorkspace(options, (mm) => scaleService(mm, kind, instances, options));
        report(deployment, options, instances === 0 ? `${kind} is suspended.` : `${kind}: ${instances} containers.`);
      });
}

/** Prints the statements of a dry run, or that they were done. */
function report(deployment: Deployment, options: DryRun, text: string): void {
  print({ json: deployment, text: options.dryRun ? `${deployment.statements.join(";\n\n")};` : text }, options);
}
