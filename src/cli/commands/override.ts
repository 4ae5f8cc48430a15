import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import type { ManyModel } from "../../api/many-model.ts";
import type { ListedOverride, OverrideValue } from "../../api/nouns/overrides.ts";
import { zip } from "../../core/aligned.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import { encodeKey, type KeyColumn, parseKey } from "../../core/partition-key.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { keysFromWords } from "../key-words.ts";
import { numberList, wordList } from "../option.ts";
import { formatTable } from "../table.ts";
import { keyText } from "./rank.ts";

interface OverrideCommandOptions extends CommonOptions {
  readonly model?: string;
  readonly at?: string[];
  readonly value?: number[];
  readonly reason?: string;
  readonly expires?: string;
  readonly file?: string;
}

/** `manymodel override …`: values that planners set in place of forecasts. */
export function addOverride(override: Command): void {
  const add = (usage: string, description: string) =>
    addCommand(override, usage, description).option("--model <model>", "the model; by default register.model");
  add("set [key...]", "set values that count in place of forecasts: FORECAST_FINAL has them, FORECAST stays")
    .option("--at <times>", "the times of the forecasts, separated by commas, such as 2026-12-23,2026-12-24", wordList)
    .option("--value <numbers>", "the value, or one for each time", numberList)
    .option(
      "--file <file>",
      "a CSV file of key columns, the time column, VALUE, and REASON and EXPIRES where they differ",
    )
    .option("--reason <text>", "the reason")
    .option("--expires <when>", "a date, a time (UTC) or a duration such as 14d; by default never")
    .action(async (words: string[], options: OverrideCommandOptions) => {
      const { model, reason, expires } = options;
      const change = await withWorkspace(options, async (mm) =>
        mm.overrides.set(await valuesOf(mm, words, options), {
          ...(model !== undefined && { model }),
          ...(reason !== undefined && { reason }),
          ...(expires !== undefined && { expires }),
        }),
      );
      print({ json: change, text: `${change.model}: ${count(change.overrides)} set.` }, options);
    });
  add("list [key...]", "show the overrides in force").action(
    async (words: string[], options: OverrideCommandOptions) => {
      const overrides = await withWorkspace(options, async (mm) =>
        mm.overrides.list(await choiceOf(mm, words, options)),
      );
      print({ json: overrides, text: listText(overrides) }, options);
    },
  );
  add("remove <key...>", "let the forecasts of a partition count again")
    .option("--at <times>", "the times of the forecasts, separated by commas; by default all of them", wordList)
    .option("--reason <text>", "the reason")
    .action(async (words: string[], options: OverrideCommandOptions) => {
      const { reason } = options;
      const change = await withWorkspace(options, async (mm) =>
        mm.overrides.remove(await choiceOf(mm, words, options), { ...(reason !== undefined && { reason }) }),
      );
      print({ json: change, text: `${change.model}: ${count(change.overrides)} removed.` }, options);
    });
}

const count = (n: number) => `${n} ${n === 1 ? "override" : "overrides"}`;

/** Returns the encoded key that words mean for a model's default version. */
export async function keyFromWords(mm: ManyModel, words: readonly string[], model?: string): Promise<string> {
  const { keyColumns } = await mm.models.get(model ?? mm.config.register.model);
  const [first] = keysFromWords(keyColumns, words);
  return first ?? "";
}

async function choiceOf(mm: ManyModel, words: readonly string[], { model, at }: OverrideCommandOptions) {
  return {
    ...(model !== undefined && { model }),
    ...(at !== undefined && { times: at }),
    ...(words.length > 0 && { partitionKey: await keyFromWords(mm, words, model) }),
  };
}

async function valuesOf(
  mm: ManyModel,
  words: readonly string[],
  { file, model, at, value }: OverrideCommandOptions,
): Promise<OverrideValue[]> {
  if (file !== undefined) {
    if (words.length > 0 || at !== undefined || value !== undefined)
      throw new ManymodelError("usage", "--file has keys, times and values; leave the key, --at and --value out");
    const { keyColumns, time } = await columnsOf(mm, model);
    return fileValues(file, await readFile(file, "utf8"), keyColumns, time);
  }
  if (words.length === 0 || at === undefined || value === undefined)
    throw new ManymodelError("usage", "name the key, --at and --value, or --file");
  const [only, ...others] = value;
  const values = only !== undefined && others.length === 0 ? at.map(() => only) : value;
  if (values.length !== at.length)
    throw new ManymodelError("usage", `there are ${values.length} values for ${at.length} times; give 1, or one each`);
  const partitionKey = await keyFromWords(mm, words, model);
  return Array.from(zip(at, values), ([time, value]) => ({ partitionKey, time, value }));
}

/** Returns the key columns of a model, and the name of its time column. */
async function columnsOf(mm: ManyModel, model = mm.config.register.model) {
  const { keyColumns, runId } = await mm.models.get(model);
  const { manifest } = await mm.runs.get(runId);
  return { keyColumns, time: manifest?.snapshot.timeColumn ?? "TIME" };
}

/**
 * Returns the overrides of a CSV file. @throws {ManymodelError} `input` naming the line and the column that is missing
 * or wrong
 */
async function fileValues(
  file: string,
  text: string,
  keyColumns: readonly KeyColumn[],
  time: string,
): Promise<OverrideValue[]> {
  const { parseCsvObjects } = await import("hucre/csv");
  const { data, headers } = parseCsvObjects(text, { header: true });
  const find = (name: string) => headers.find((header) => header.trim().toUpperCase() === name.toUpperCase());
  const need = (name: string) => {
    const header = find(name);
    if (header === undefined)
      throw new ManymodelError("input", `${file} has no column ${show(name)}; it has ${headers.join(", ")}`);
    return header;
  };
  const keys = keyColumns.map(({ name }) => need(name));
  const [at, value] = [need(time), need("VALUE")];
  const [reason, expires] = [find("REASON"), find("EXPIRES")];
  return data.map((row, i): OverrideValue => {
    const cell = (name: string) => String(row[name] ?? "").trim();
    const number = cell(value) === "" ? NaN : Number(cell(value));
    if (!Number.isFinite(number))
      throw new ManymodelError("input", `${file}:${i + 2}: VALUE is ${show(cell(value))}; it must be a number`);
    const partitionKey = encodeKey(keyColumns, parseKey(keyColumns, keys.map(cell)));
    return {
      ...{ partitionKey, time: cell(at), value: number },
      ...(reason !== undefined && cell(reason) !== "" && { reason: cell(reason) }),
      ...(expires !== undefined && cell(expires) !== "" && { expires: cell(expires) }),
    };
  });
}

function listText(overrides: readonly ListedOverride[]): string {
  if (overrides.length === 0) return "There is no override in force.";
  const rows = overrides.map(({ partitionKey, time, value, reason, expiresAt, by, at }) => [
    ...[keyText(partitionKey), time, value, reason, expiresAt ?? "never", by, at],
  ]);
  return formatTable(["partition", "time", "value", "reason", "expires", "by", "at"], rows);
}
