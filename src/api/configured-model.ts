import path from "node:path";
import { firstNonNumber } from "../advise/non-number.ts";
import { placeOf } from "../config/place.ts";
import type { ConfigInput } from "../config/schema.ts";
import { matchColumn } from "../core/columns/column.ts";
import type { PlainData } from "../core/columns/plain-data.ts";
import { ManymodelError, show } from "../core/errors.ts";
import { BUILTIN_MODELS, type BuiltinModel, builtinDefinition } from "./builtin-models.ts";
import { type SourceQuery, snapshotOf, sourceAttributes, sourceDrivers, type Workspace } from "./workspace.ts";

/** A model by name, a model by name with its options, or the module of a definition (TypeScript or JavaScript). */
export type ModelChoice = NonNullable<ConfigInput["model"]> | URL;

/** A model definition's module and the values it is sent. */
export interface ConfiguredModel {
  readonly definition: URL | string;
  readonly exports: { readonly [name: string]: PlainData };
  /** Packages that its bundle leaves out. */
  readonly external: readonly string[];
  /** True if its fit takes little longer than reading the rows. */
  readonly isQuick: boolean;
}

/**
 * Returns the model that a configuration or a caller names: a built-in one, or the path of a definition. Either is sent
 * the target column, the period, the horizon and the holdout (a built-in one as far as it takes them), then the model's
 * own options and the run's exports.
 *
 * @param query - the source to train on; the configured one when left out
 * @throws {ManymodelError} `config` for a name that is neither, or an option that is not allowed; `input` if a column that a
 *   built-in model is to read is not in the source, or not of numbers
 */
export async function configuredModel(
  workspace: Workspace,
  model: Exclude<ModelChoice, URL>,
  query?: SourceQuery,
): Promise<ConfiguredModel> {
  const { config } = workspace;
  const { source, train } = config;
  const { name, options = {}, external = [] } = typeof model === "string" ? { name: model } : model;
  const common: { [name: string]: PlainData } = {
    target: query?.target ?? source?.target ?? "Y",
    period: source?.period ?? 1,
    horizon: train.horizon,
    holdout: train.holdout,
    ...(train.lag !== undefined && { lag: train.lag }),
    ...(train.origins > 1 && { origins: train.origins }),
  };
  const statedOptions = {
    ...(options as { [name: string]: PlainData }),
    ...(train.exports as { [name: string]: PlainData }),
  };
  if (Object.hasOwn(BUILTIN_MODELS, name)) {
    const builtin = BUILTIN_MODELS[name]!;
    const keyColumns = query === undefined ? (source?.partition_by ?? []) : [query.partitionBy].flat();
    const order = query === undefined ? (source?.order_by ?? []) : [query.orderBy ?? []].flat();
    const time = order.filter((column) => !keyColumns.includes(column)).at(-1);
    const exports: { [name: string]: PlainData } = { ...builtin.exports };
    for (const option of ["origins", "lag"])
      if (common[option] !== undefined && !Object.hasOwn(builtin.options, option))
        throw new ManymodelError(
          "config",
          `${placeOf(config, `train.${option}`)}: model ${name} does not measure its holdout by train.${option}; leave ${option} out`,
        );
    const { attributes } = sourceAttributes(workspace, query);
    const fromSource = {
      ...(time !== undefined && { time }),
      ...(attributes.length > 0 && { attributes: [...attributes] }),
    };
    for (const [option, value] of Object.entries({ ...common, ...fromSource }))
      if (Object.hasOwn(builtin.options, option)) exports[option] = value;
    Object.assign(exports, statedOptions);
    checkOptions(builtin, exports, (option, problem) => {
      const places = [`train.exports.${option}`, `model.options.${option}`, `source.${option}`, `train.${option}`];
      const key = places.find((key) => Object.hasOwn(config.lines ?? {}, key)) ?? "model";
      return `${placeOf(config, key)}: model ${name} ${problem}`;
    });
    await checkColumns(workspace, builtin, exports, query);
    const isDriven = sourceDrivers(workspace, query) !== undefined && builtin.driven !== undefined;
    const definition = builtinDefinition((isDriven && builtin.driven) || builtin.module);
    return { definition, exports, external: [], isQuick: builtin.isQuick === true && !isDriven };
  }
  const isConfigured = model === config.model;
  checkModelName(name, isConfigured ? placeOf(config, typeof model === "string" ? "model" : "model.name") : "model");
  return { definition: name, exports: { ...common, ...statedOptions }, external, isQuick: false };
}

/**
 * Returns a model that a caller names by a word in place of the configured one, with the configured options as far as the model
 * takes them: all of them if it is the configured one, none if it is another definition.
 */
export function withConfiguredOptions({ config }: Pick<Workspace, "config">, name: string): Exclude<ModelChoice, URL> {
  if (typeof config.model === "string") return name;
  const { model } = config;
  if (Object.hasOwn(BUILTIN_MODELS, name)) {
    const accepted = BUILTIN_MODELS[name]?.options ?? {};
    const options = Object.entries(model.options).filter(
      ([option]) => name === model.name || Object.hasOwn(accepted, option),
    );
    return { name, options: Object.fromEntries(options) };
  }
  const isConfigured = path.resolve(config.directory, name) === path.resolve(config.directory, model.name);
  return isConfigured ? { ...model, name } : name;
}

/** Checks that a name is a built-in model's or the path of a definition. @throws {ManymodelError} `config`, saying `where` */
export function checkModelName(name: string, where: string): void {
  if (Object.hasOwn(BUILTIN_MODELS, name) || /[/\\]|\.[cm]?[jt]s$/.test(name)) return;
  throw new ManymodelError(
    "config",
    `${where}: there is no built-in model ${show(name)}; use ${Object.keys(BUILTIN_MODELS).join(", ")}, or the path of a definition such as ./my-model.ts`,
  );
}

function checkOptions(
  builtin: BuiltinModel,
  exports: { readonly [name: string]: PlainData },
  say: (option: string, problem: string) => string,
): void {
  const allowed = Object.keys(builtin.options).join(", ");
  for (const [option, { expected, isOptional }] of Object.entries(builtin.options))
    if (!isOptional && exports[option] === undefined)
      throw new ManymodelError(
        "config",
        say(
          option,
          option === "time" ? "needs a time column; add source.order_by" : `needs the option ${option}, ${expected}`,
        ),
      );
  for (const [option, value] of Object.entries(exports)) {
    if (Object.hasOwn(builtin.exports, option) && value === builtin.exports[option]) continue;
    const type = Object.hasOwn(builtin.options, option) ? builtin.options[option] : undefined;
    if (type === undefined)
      throw new ManymodelError("config", say(option, `has no option ${show(option)}; it has ${allowed}`));
    if (!type.fits(value))
      throw new ManymodelError(
        "config",
        say(option, `has option ${option} ${show(value)}; it must be ${type.expected}`),
      );
  }
}

/** Checks the columns once, for faults that would fail every partition. */
async function checkColumns(
  workspace: Workspace,
  builtin: BuiltinModel,
  exports: { readonly [name: string]: PlainData },
  source: SourceQuery | undefined,
): Promise<void> {
  const snapshot = await snapshotOf(workspace, source);
  const { columns, query, partitions, timeColumn } = snapshot;
  if (partitions === 0) return;
  if (builtin.series && timeColumn === null && (query.orderBy ?? []).length > 0)
    throw new ManymodelError(
      "input",
      `${query.table}: order_by names the key only (${query.orderBy!.join(", ")}), so the order of a partition's rows is not known; add its time column, or leave order_by out if the rows stand in order`,
    );
  const time = columns.find((column) => column.name === timeColumn);
  if (builtin.series && (time?.type === "string" || time?.type === "boolean"))
    throw new ManymodelError(
      "input",
      `column ${time.name} of ${query.table} (order_by) holds ${time.type}s, so forecasts would have no dates; turn it into a date, a timestamp or a number`,
    );
  const names = columns.map((column) => column.name);
  const numeric = builtin.series ? ["target", ...builtin.columns] : builtin.columns;
  for (const option of [...numeric, ...builtin.anyColumns])
    for (const entry of [exports[option] ?? []].flat()) {
      const name = matchColumn(names, entry as string);
      if (name === undefined)
        throw new ManymodelError(
          "input",
          `${query.table} has no column ${show(entry)} (${option}); it has ${names.join(", ")}`,
        );
      if (option !== "target" && name === matchColumn(names, exports.target as string))
        throw new ManymodelError(
          "input",
          `column ${name} of ${query.table} is the target, so it cannot be one of the ${option}; leave it out`,
        );
      if (builtin.anyColumns.includes(option) || (option === "target" && exports.classes !== undefined)) continue;
      const { type } = columns.find((column) => column.name === name)!;
      const booleans = builtin.columns.includes(option);
      const isClass = option === "target" && Object.hasOwn(builtin.options, "classes");
      if (type !== "number" && type !== "integer" && !(booleans && type === "boolean"))
        throw new ManymodelError(
          "input",
          `column ${name} of ${query.table} (${option}) holds ${type}s${await firstNonNumber(workspace.engine.source, snapshot, name)}; ${option === "target" ? "a forecast needs" : "it needs"} numbers${booleans ? " or booleans" : ""}, with missing ones empty${isClass ? ", or its values listed in the option classes" : ""}`,
        );
    }
}
