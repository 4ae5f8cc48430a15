import { readFile } from "node:fs/promises";
import path from "node:path";
import { OBJECT } from "../../config/load.ts";
import { ManymodelError } from "../../core/errors.ts";
import { bundleDefinition } from "../../model/bundle.ts";
import { BUILTIN_MODELS } from "../builtin-models.ts";
import type { Workspace } from "../workspace.ts";

/** Keys by which a process outside of the account logs in; a container has a token of its own. */
const LOGIN = ["user", "private_key_path", "token_file", "token_variable", "connection"];
type Block = Readonly<Record<string, unknown>>;

/**
 * Returns the configuration as a container of the account reads it, and the definition, where it is a file, as one file
 * beside it.
 *
 * @param cpus - of the container, which would count its machine's cores
 * @param serve - values for the block `serve`
 * @throws {ManymodelError} `config` for a configuration without a file
 */
export async function containerFiles(
  { config }: Pick<Workspace, "config">,
  cpus: number,
  serve: Block = {},
): Promise<ReadonlyMap<string, Uint8Array>> {
  if (config.file === OBJECT)
    throw new ManymodelError(
      "config",
      "the configuration was given as an object; containers read a copy of manymodel.yaml, so write one",
    );
  const { parse } = await import("yaml");
  const written = parse(await readFile(config.file, "utf8")) as { readonly [key: string]: Block | undefined };
  const name = typeof config.model === "string" ? config.model : config.model.name;
  const external = typeof config.model === "string" ? [] : config.model.external;
  const bundle = Object.hasOwn(BUILTIN_MODELS, name)
    ? undefined
    : await bundleDefinition(path.resolve(config.directory, name), external);
  const model = bundle && `./${bundle.name}.mjs`;
  const login = Object.entries(written.snowflake ?? {}).filter(([key]) => !LOGIN.includes(key));
  const container = {
    ...written,
    ...(model !== undefined && { model: typeof config.model === "string" ? model : { ...config.model, name: model } }),
    train: { workers: Math.ceil(cpus), ...written.train },
    serve: { ...written.serve, ...serve },
    snowflake: { ...Object.fromEntries(login), authentication: "oauth" },
  };
  const files = new Map<string, Uint8Array>();
  if (bundle !== undefined) files.set(`${bundle.name}.mjs`, bundle.bytes);
  files.set("manymodel.yaml", new TextEncoder().encode(`${JSON.stringify(container, undefined, 2)}\n`));
  return files;
}
