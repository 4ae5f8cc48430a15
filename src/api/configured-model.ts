import { fileURLToPath } from "node:url";
import type { LoadedConfig } from "../config/load.ts";
import { matchColumn } from "../core/column.ts";
import { ManymodelError, show } from "../core/errors.ts";
import type { PlainData } from "../core/plain-data.ts";
import { METHODS } from "../forecast/index.ts";
import type { ManyModel } from "./connect.ts";

/** A model definition's module and what it is sent. */
export interface ConfiguredModel {
  readonly definition: URL | string;
  readonly exports: { readonly [name: string]: PlainData };
}

/**
 * The model that a configuration or a caller names: a built-in method, or the path of a definition. Either is sent the
 * target column, the period, the horizon and the holdout, then the model's own options and the run's exports.
 *
 * @throws {ManymodelError} `config` for a name that is neither; `input` if a built-in method's target is not a numeric
 *   column of the source
 */
export async function configuredModel(mm: ManyModel, model: LoadedConfig["model"]): Promise<ConfiguredModel> {
  const { source, train, file } = mm.config;
  const { name, options } = typeof model === "string" ? { name: model, options: {} } : model;
  const exports = {
    target: source?.target ?? "Y",
    period: source?.period ?? 1,
    horizon: train.horizon,
    holdout: train.holdout,
    ...(options as { [name: string]: PlainData }),
    ...(train.exports as { [name: string]: PlainData }),
  };
  if (Object.hasOwn(METHODS, name)) {
    for (const [option, value] of Object.entries(exports)) {
      const expected = OPTIONS[option];
      if (expected === undefined)
        throw new ManymodelError(
          "config",
          `${file}: model ${name} has no option ${show(option)}; it has ${Object.keys(OPTIONS).join(", ")}`,
        );
      if (typeof value !== expected)
        throw new ManymodelError("config", `${file}: option ${option} is ${show(value)}; it must be a ${expected}`);
    }
    await checkTarget(mm, exports.target);
    const builtin = `../model/builtin/forecaster${fileURLToPath(import.meta.url).slice(-3)}`;
    return { definition: new URL(builtin, import.meta.url), exports: { ...exports, method: name } };
  }
  if (/[/\\]|\.[cm]?[jt]s$/.test(name)) return { definition: name, exports };
  throw new ManymodelError(
    "config",
    `${file}: model: there is no built-in model ${show(name)}; use ${Object.keys(METHODS).join(", ")}, or the path of a definition such as ./my-model.ts`,
  );
}

/** The options of the built-in methods, with their types. */
const OPTIONS: Readonly<Record<string, string>> = {
  target: "string",
  period: "number",
  horizon: "number",
  holdout: "number",
};

/** What would otherwise fail in every partition is said once. */
async function checkTarget(mm: ManyModel, target: string): Promise<void> {
  const { columns, query, partitions, timeColumn } = await mm.snapshot();
  if (partitions === 0) return;
  const time = columns.find((column) => column.name === timeColumn);
  if (time?.type === "string" || time?.type === "boolean")
    throw new ManymodelError(
      "input",
      `column ${time.name} of ${query.table} (order_by) holds ${time.type}s, so forecasts would have no dates; turn it into a date, a timestamp or a number`,
    );
  const names = columns.map((column) => column.name);
  const name = matchColumn(names, target);
  if (name === undefined)
    throw new ManymodelError(
      "input",
      `${query.table} has no column ${show(target)} (target); it has ${names.join(", ")}`,
    );
  const { type } = columns.find((column) => column.name === name)!;
  if (type !== "number" && type !== "integer")
    throw new ManymodelError(
      "input",
      `column ${name} of ${query.table} (target) holds ${type}s; a forecast needs numbers, with missing ones empty`,
    );
}
