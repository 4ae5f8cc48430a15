import { type Command, Option } from "commander";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer } from "../option.ts";
import { formatTable } from "../table.ts";

interface RegisterOptions extends CommonOptions {
  readonly model?: string;
  readonly name?: string;
  readonly modelVersion?: string;
  readonly run?: string;
  readonly horizon?: number;
  readonly comment?: string;
  readonly alias?: string;
}

/** `manymodel register`: makes a completed run a version. */
export function addRegister(command: Command): void {
  command
    .option("--model <model>", "the model's name; by default register.model")
    .addOption(new Option("--name <model>", "the former name of --model").conflicts("model").hideHelp())
    .option("--model-version <version>", "the version; by default the next V1, V2, …")
    .option("--run <run>", "the run; by default the newest completed one")
    .option("--horizon <n>", "steps that batch scoring forecasts; by default train.horizon", integer(1))
    .option("--comment <text>", "a comment")
    .option("--alias <alias>", "an alias to point at the version, such as champion")
    .action(async (options: RegisterOptions) => {
      const version = await withWorkspace(options, async (mm) => {
        const { model = options.name, modelVersion, horizon, comment, alias } = options;
        return mm.models.register({
          run: options.run ?? (await mm.runs.newest()),
          ...(model !== undefined && { model }),
          ...(modelVersion !== undefined && { version: modelVersion }),
          ...(horizon !== undefined && { horizon }),
          ...(comment !== undefined && { comment }),
          ...(alias !== undefined && { alias }),
        });
      });
      const { model, version: name, runId, index } = version;
      const text = `Registered ${model} ${name}: run ${runId}, ${index.succeeded} models, ${index.failed} partitions without one.`;
      print({ json: version, text }, options);
    });
}

/** `manymodel models`: the registered models. */
export function addModels(command: Command): void {
  command.action(async (options: CommonOptions) => {
    const models = await withWorkspace(options, ({ models }) => models.list());
    const rows = models.map(({ model, versions, newest }) => [model, versions, newest.version, newest.createdAt]);
    const text =
      rows.length === 0
        ? "No model is registered yet: manymodel register"
        : formatTable(["model", "versions", "newest", "created"], rows);
    print({ json: models, text }, options);
  });
}

/** `manymodel versions [MODEL]`: the versions of a model, or of all. */
export function addVersions(command: Command): void {
  command.action(async (model: string | undefined, options: CommonOptions) => {
    const versions = await withWorkspace(options, ({ models }) => models.versions(model));
    const rows = versions.map((v) => [
      v.model,
      v.version,
      v.createdAt,
      v.runId,
      v.index.succeeded,
      v.index.failed,
      v.horizon,
    ]);
    const columns = ["model", "version", "created", "run", "models", "failed", "horizon"];
    const text = rows.length === 0 ? "No version is registered yet: manymodel register" : formatTable(columns, rows);
    print({ json: versions, text }, options);
  });
}
