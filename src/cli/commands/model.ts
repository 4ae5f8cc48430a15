import path from "node:path";
import type { Command } from "commander";
import { openFolderStage } from "../../api/open-engine.ts";
import { ManymodelError } from "../../core/errors.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer } from "../option.ts";
import { formatTable } from "../table.ts";

/** `manymodel model …`: what is done with registered versions. */
export function addModel(model: Command): void {
  addShow(model);
  addAlias(model);
  addAnnotate(model);
  addDiff(model);
  addPatch(model);
  addExchange(model);
  addDelete(model);
  addAudit(model);
  addSync(model);
}

function addShow(model: Command): void {
  addCommand(model, "show <model> [version]", "show a version: its aliases, annotations and lineage").action(
    async (name: string, version: string | undefined, options: CommonOptions) => {
      const view = await withWorkspace(options, async ({ models }) => {
        const record = await models.get(name, version);
        const aliases = (await models.aliases(name)).filter((alias) => alias.version === record.version);
        return {
          ...record,
          aliases: aliases.map(({ alias }) => alias),
          annotations: await models.annotations(name, record.version),
          lineage: await models.lineage(name, record.version),
        };
      });
      const { index, lineage, annotations } = view;
      const comment = annotations.find(({ kind }) => kind === "comment")?.value ?? view.comment;
      const notes = annotations.filter(({ kind }) => kind !== "comment");
      const runs = lineage.runs.map(({ runId, trained, definition, partitions }) => [
        runId,
        partitions,
        definition.name ?? definition.sha256.slice(0, 12),
        trained?.source.table ?? "unknown",
        trained?.seed ?? null,
      ]);
      const lines = [
        `${name} ${view.version}${view.aliases.length > 0 ? ` (${view.aliases.join(", ")})` : ""}`,
        `  registered ${view.createdAt} from run ${view.runId}, with manymodel ${view.packageVersion}`,
        `  ${index.succeeded} models, ${index.failed} failed, ${index.skipped} skipped; forecasts ${view.horizon} steps`,
        ...(lineage.ancestors.length > 0 ? [`  made from ${lineage.ancestors.join(", from ")}`] : []),
        ...(comment === null ? [] : [`  ${comment}`]),
        ...notes.map(({ kind, name, value }) => `  ${kind} ${name} = ${value}`),
        formatTable(["run", "partitions", "definition", "source", "seed"], runs),
      ];
      print({ json: view, text: lines.join("\n") }, options);
    },
  );
}

function addAlias(model: Command): void {
  addCommand(model, "alias <model> <alias> [version]", "point an alias at a version, or remove it")
    .option("--remove", "remove the alias")
    .action(
      async (
        name: string,
        alias: string,
        version: string | undefined,
        options: CommonOptions & { remove?: boolean },
      ) => {
        if ((version === undefined) !== (options.remove === true))
          throw new ManymodelError("usage", `alias ${alias} needs a version to point at; give one, or --remove`);
        await withWorkspace(options, ({ models }) =>
          version === undefined ? models.removeAlias(name, alias) : models.setAlias(name, alias, version),
        );
        const text =
          version === undefined ? `${alias} of ${name} is removed.` : `${alias} of ${name} points at ${version}.`;
        print({ json: { model: name, alias, version: version ?? null }, text }, options);
      },
    );
  addCommand(model, "default <model> <version>", "make a version the default, for commands that name none").action(
    async (name: string, version: string, options: CommonOptions) => {
      await withWorkspace(options, ({ models }) => models.setDefault(name, version));
      print({ json: { model: name, version }, text: `${name} means ${version}.` }, options);
    },
  );
  addCommand(model, "rollback <model> [alias]", "point an alias (by default champion) at its version before").action(
    async (name: string, alias: string | undefined, options: CommonOptions) => {
      const moved = alias ?? "champion";
      const version = await withWorkspace(options, ({ models }) => models.rollback(name, moved));
      print(
        { json: { model: name, alias: moved, version }, text: `${moved} of ${name} points at ${version}.` },
        options,
      );
    },
  );
}

function addAnnotate(model: Command): void {
  const collect = (text: string, all: string[] = []) => [...all, text];
  addCommand(model, "annotate <model> <version>", "comment on a version, tag it, or record its metrics")
    .option("--comment <text>", "the comment, in place of the one before")
    .option("--tag <name=value>", "a tag; repeatable", collect)
    .option("--metric <name=number>", "a metric; repeatable", collect)
    .action(
      async (
        name: string,
        version: string,
        options: CommonOptions & { comment?: string; tag?: string[]; metric?: string[] },
      ) => {
        const pairs = (texts: string[] | undefined) => (texts ?? []).map((text) => split(text));
        const log = await withWorkspace(options, async ({ models }) => {
          if (options.comment !== undefined) await models.setComment(name, version, options.comment);
          for (const [tag, value] of pairs(options.tag)) await models.setTag(name, version, tag, value);
          for (const [metric, value] of pairs(options.metric))
            await models.setMetric(name, version, metric, value.trim() === "" ? Number.NaN : Number(value));
          return models.annotations(name, version);
        });
        const rows = log.map(({ kind, name, value }) => [kind, name, value]);
        print({ json: log, text: formatTable(["what", "name", "value"], rows) }, options);
      },
    );
}

function split(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new ManymodelError("usage", `${JSON.stringify(text)} is not of the form name=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function addDiff(model: Command): void {
  const some = (keys: readonly string[]) =>
    keys.length === 0 ? "" : `: ${keys.slice(0, 5).join("  ")}${keys.length > 5 ? "  …" : ""}`;
  addCommand(model, "diff <model> <before> <after>", "show how a version differs from another").action(
    async (name: string, before: string, after: string, options: CommonOptions) => {
      const diff = await withWorkspace(options, ({ models }) => models.diff(name, before, after));
      const rows = diff.metrics.map(({ metric, partitions, before, after }) => [metric, partitions, before, after]);
      const lines = [
        `${diff.unchanged} partitions are the same.`,
        `${diff.changed.length} changed${some(diff.changed)}`,
        `${diff.added.length} added${some(diff.added)}`,
        `${diff.lost.length} lost${some(diff.lost)}`,
        ...(diff.warning === null ? [] : [`Warning: ${diff.warning}.`]),
        ...(rows.length > 0 ? [formatTable(["mean of the changed", "partitions", before, after], rows)] : []),
      ];
      print({ json: diff, text: lines.join("\n") }, options);
    },
  );
}

function addPatch(model: Command): void {
  addCommand(model, "patch <model> [base]", "register a version with some models replaced by a run's")
    .requiredOption("--run <run>", "the completed run whose models to take")
    .option("--model-version <version>", "the new version; by default the next V1, V2, …")
    .option("--comment <text>", "a comment")
    .action(
      async (
        name: string,
        base: string | undefined,
        options: CommonOptions & { run: string; modelVersion?: string; comment?: string },
      ) => {
        const { run, modelVersion, comment } = options;
        const version = await withWorkspace(options, ({ models }) =>
          models.patch({
            model: name,
            run,
            ...(base !== undefined && { base }),
            ...(modelVersion !== undefined && { version: modelVersion }),
            ...(comment !== undefined && { comment }),
          }),
        );
        const text = `Registered ${name} ${version.version}: ${version.parent} with the models of run ${run}; ${version.index.succeeded} models.`;
        print({ json: version, text }, options);
      },
    );
}

function addExchange(model: Command): void {
  addCommand(
    model,
    "export <model> <version> <folder>",
    "write a version with everything that scoring needs to a folder",
  )
    .option("--partitions", "write one JSON file per partition, for other programs to read")
    .action(
      async (name: string, version: string, folder: string, options: CommonOptions & { partitions?: boolean }) => {
        const to = await openFolderStage(path.resolve(folder));
        const files = await withWorkspace(options, ({ models }) =>
          options.partitions ? models.exportPartitions(name, version, to) : models.export(name, version, to),
        );
        print({ json: { model: name, version, folder, files }, text: `Wrote ${files} files to ${folder}.` }, options);
      },
    );
  addCommand(model, "import <folder>", "import an exported version; it runs code, so import only what you trust")
    .option("--name <model>", "the model to add the version to; by default its own model")
    .option("--model-version <version>", "its name; by default its own")
    .action(async (folder: string, options: CommonOptions & { name?: string; modelVersion?: string }) => {
      const from = await openFolderStage(path.resolve(folder));
      const { name, modelVersion } = options;
      const version = await withWorkspace(options, ({ models }) =>
        models.import(from, {
          ...(name !== undefined && { model: name }),
          ...(modelVersion !== undefined && { version: modelVersion }),
        }),
      );
      const text = `Imported ${version.model} ${version.version}: ${version.index.succeeded} models.`;
      print({ json: version, text }, options);
    });
}

function addDelete(model: Command): void {
  addCommand(model, "delete <model> <version>", "delete a version that no alias points at").action(
    async (name: string, version: string, options: CommonOptions) => {
      await withWorkspace(options, ({ models }) => models.remove(name, version));
      print({ json: { model: name, version }, text: `${name} ${version} is deleted.` }, options);
    },
  );
}

function addAudit(model: Command): void {
  addCommand(model, "audit [model]", "show the changes of the registry, with author and time")
    .option("--limit <n>", "the newest n changes", integer(1), 100)
    .action(async (name: string | undefined, options: CommonOptions & { limit: number }) => {
      const { limit } = options;
      const entries = await withWorkspace(options, ({ models }) =>
        models.audit({ limit, ...(name !== undefined && { model: name }) }),
      );
      const rows = entries.map(({ at, by, action, model, version, details }) => [
        at,
        by,
        action,
        model,
        version,
        JSON.stringify(details),
      ]);
      print({ json: entries, text: formatTable(["at", "by", "what", "model", "version", "details"], rows) }, options);
    });
}

function addSync(model: Command): void {
  addCommand(
    model,
    "sync [model]",
    "bring Snowflake's Model Registry up to date with a model's versions, or all",
  ).action(async (name: string | undefined, options: CommonOptions) => {
    const models = await withWorkspace(options, ({ models }) => models.sync(name));
    print({ json: models, text: `${models.join(", ") || "nothing"} is up to date.` }, options);
  });
}
