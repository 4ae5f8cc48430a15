import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PYTHON, runPython } from "../python.ts";
import { missing, SqlFailure, unsupported } from "./failure.ts";
import { mask } from "./masked.ts";
import { done, textRows } from "./rowset.ts";
import { nameParts, objectName, type Stages } from "./stages.ts";
import type { Handler } from "./statements.ts";

interface ModelVersion {
  /** The folder that the procedure has filled; nothing is in it where there is no Python. */
  readonly folder: string;
  readonly source: string;
  readonly aliases: Set<string>;
  comment: string;
  metadata: string;
}

interface Model {
  readonly versions: Map<string, ModelVersion>;
  standard: string;
}

/** MODEL objects: versions logged by the stored procedure's own Python, where the machine has one with pandas. */
export class Models {
  readonly #models = new Map<string, Model>();
  readonly #procedures = new Map<string, string>();
  readonly #stages: Stages;
  readonly #folder: string;

  readonly #runs: boolean;

  /** @param runs - whether procedures are run; if not, what they are asked to log is noted, and has no files */
  constructor(stages: Stages, folder: string, runs: boolean) {
    this.#stages = stages;
    this.#folder = folder;
    this.#runs = runs && PYTHON !== undefined;
  }

  /** Returns a version by name or alias. @throws {SqlFailure} if there is none */
  version(model: string, name: string): ModelVersion {
    const { versions, standard } = this.#model(model);
    const alias = () => [...versions].find(([, { aliases }]) => aliases.has(name.toUpperCase()))?.[1];
    const version = name.toUpperCase() === "DEFAULT" ? versions.get(standard) : (versions.get(name) ?? alias());
    if (version === undefined) throw missing("Model version", `${model}/${name}`);
    return version;
  }

  #model(name: string): Model {
    const model = this.#models.get(name);
    if (model === undefined) throw missing("Model", name);
    return model;
  }

  /** Runs the procedure that logs a version. */
  async #log(procedure: string, text: string): Promise<string> {
    const source = this.#procedures.get(procedure);
    if (source === undefined)
      throw new SqlFailure("002141", "42601", `SQL compilation error: Unknown user-defined function ${procedure}`);
    const request = JSON.parse(text) as Record<string, string> & {
      version: { comment: string | null };
      metrics: object;
    };
    const model = objectName(`${request.database}.${request.schema}.${request.modelName}`);
    const [version] = nameParts(request.versionName!);
    const refuseExisting = () => {
      if (this.#models.get(model)?.versions.has(version!) === true)
        throw new SqlFailure("100357", "P0000", `Model ${model} version ${version} already existed.`);
    };
    refuseExisting();
    const folder = mkdtempSync(path.join(this.#folder, "version-"));
    if (this.#runs) {
      const stages = { [request.stage!]: this.#stages.resolve(request.stage!).folder };
      await runPython("call", source, { request: text, stages, package: folder }).catch((error: Error) => {
        throw new SqlFailure("100357", "P0000", `Python Interpreter Error: ${error.message}`);
      });
    }
    // Another session may have logged it meanwhile.
    refuseExisting();
    const { versions } = this.#models.get(model) ?? { versions: new Map<string, ModelVersion>() };
    const comment = request.version.comment ?? "";
    // Snowflake's own client saves the metrics that a version is logged with as its metadata.
    const metadata = JSON.stringify({ snowpark_ml_schema_version: "2024-01-01", metrics: request.metrics });
    versions.set(version!, { folder, source, aliases: new Set(), comment, metadata });
    if (!this.#models.has(model)) this.#models.set(model, { versions, standard: version! });
    return "logged";
  }

  readonly statements: Handler = async (_session, sql, binds) => {
    const masked = mask(sql.trim());
    const { code } = masked;
    const literal = (n: string | undefined) => masked.literal(Number(n));
    const name = (text: string | undefined) => objectName(masked.unmask(text!));
    const create =
      /^CREATE PROCEDURE IF NOT EXISTS (\S+) \(REQUEST VARCHAR\) RETURNS VARCHAR\s+LANGUAGE PYTHON RUNTIME_VERSION = \ue000\d+\ue000 PACKAGES = \(\ue000\d+\ue000, \ue000\d+\ue000\)\s+HANDLER = \ue000\d+\ue000 EXECUTE AS CALLER AS \ue000(\d+)\ue000$/.exec(
        code,
      );
    if (create !== null) {
      const source = path.join(this.#folder, `${this.#procedures.size}.py`);
      mkdirSync(this.#folder, { recursive: true });
      writeFileSync(source, literal(create[2]));
      if (!this.#procedures.has(name(create[1]))) this.#procedures.set(name(create[1]), source);
      return { rowset: done() };
    }
    const call = /^CALL (\S+)\(\?\)$/.exec(code);
    if (call !== null)
      return { rowset: textRows(["LOG_VERSION"], [[await this.#log(name(call[1]), binds[0]!.value as string)]]) };
    const show = /^SHOW MODELS LIKE \ue000(\d+)\ue000 IN SCHEMA (\S+)$/.exec(code);
    if (show !== null) {
      const location = `${name(show[2])}.${literal(show[1]).replace(/\\(.)/g, "$1")}`.toUpperCase();
      const names = [...this.#models.keys()].filter((model) => model.toUpperCase() === location);
      return {
        rowset: textRows(
          ["created_on", "name"],
          names.map((model) => ["", model.split(".").slice(2).join(".")]),
        ),
      };
    }
    const versions = /^SHOW VERSIONS IN MODEL (\S+)$/.exec(code);
    if (versions !== null) {
      const { versions: all, standard } = this.#model(name(versions[1]));
      const rows = [...all].map(([version, { aliases, comment, metadata }], i) => {
        const system = [...(version === standard ? ["DEFAULT"] : []), ...(i === 0 ? ["FIRST"] : [])];
        const listed = [...system, ...(i === all.size - 1 ? ["LAST"] : []), ...aliases];
        const platforms = '["SNOWPARK_CONTAINER_SERVICES"]';
        return [version, JSON.stringify(listed), comment, String(version === standard), metadata, platforms];
      });
      const columns = ["name", "aliases", "comment", "is_default_version", "metadata", "runnable_in"];
      return { rowset: textRows(columns, rows) };
    }
    const drop = /^DROP MODEL IF EXISTS (\S+)$/.exec(code);
    if (drop !== null) {
      this.#models.delete(name(drop[1]));
      return { rowset: done() };
    }
    const alter = /^ALTER MODEL (\S+) (.*)$/s.exec(code);
    if (alter === null) return undefined;
    const model = name(alter[1]);
    const change = alter[2]!;
    const part = (text: string | undefined) => nameParts(masked.unmask(text!))[0]!;
    const standard = /^SET DEFAULT_VERSION = (\S+)$/.exec(change);
    const alias = /^VERSION (\S+) SET ALIAS = (\w+)$/.exec(change);
    const unset = /^VERSION (\w+) UNSET ALIAS$/.exec(change);
    const modify = /^MODIFY VERSION (\S+) SET (METADATA|COMMENT) = \ue000(\d+)\ue000$/.exec(change);
    const removal = /^DROP VERSION (\S+)$/.exec(change);
    if (standard !== null) {
      this.version(model, part(standard[1]));
      this.#model(model).standard = part(standard[1]);
    } else if (alias !== null) {
      const isTaken = [...this.#model(model).versions.values()].some(({ aliases }) =>
        aliases.has(alias[2]!.toUpperCase()),
      );
      if (isTaken) throw new SqlFailure("002002", "42710", `Alias ${alias[2]} is of a version already.`);
      this.version(model, part(alias[1])).aliases.add(alias[2]!.toUpperCase());
    } else if (unset !== null) this.version(model, unset[1]!).aliases.delete(unset[1]!.toUpperCase());
    else if (modify !== null) {
      const version = this.version(model, part(modify[1]));
      const value = literal(modify[3]);
      if (modify[2] === "COMMENT") version.comment = value;
      else if (!isMetadata(value))
        throw new SqlFailure("100357", "22023", "Unsupported model metadata schema version.");
      else version.metadata = value;
    } else if (removal !== null) {
      this.version(model, part(removal[1]));
      if (this.#model(model).standard === part(removal[1]))
        throw new SqlFailure("092917", "22023", "The default version of a model cannot be dropped.");
      this.#model(model).versions.delete(part(removal[1]));
    } else throw unsupported(sql);
    return { rowset: done() };
  };
}

/** Tells whether the account's own client could still read a version of this metadata. */
function isMetadata(text: string): boolean {
  const { snowpark_ml_schema_version: schema, metrics } = JSON.parse(text) as Record<string, unknown>;
  return schema === "2024-01-01" && typeof metrics === "object";
}
