import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { identifier, literal } from "../literal.ts";
import { type Names, OWN } from "../names.ts";

/** The procedure that logs a version, in Python: the only documented way of making a MODEL. */
const PROCEDURE = readFileSync(new URL("../many_model.py", import.meta.url), "utf8");

/** Returns statements that have a MODEL of the account's registry follow the versions of a model. */
export function modelStatements(names: Names) {
  const sha256 = createHash("sha256").update(PROCEDURE).digest("hex");
  const procedure = names.of(`${OWN}LOG_VERSION_${sha256.slice(0, 16).toUpperCase()}`);
  const version = (name: string) => `VERSION ${identifier(name)}`;
  return {
    /** Under the hash of its text: another text is another procedure. */
    procedure: `CREATE PROCEDURE IF NOT EXISTS ${procedure} (REQUEST VARCHAR) RETURNS VARCHAR
      LANGUAGE PYTHON RUNTIME_VERSION = '3.11' PACKAGES = ('snowflake-snowpark-python', 'snowflake-ml-python')
      HANDLER = 'log_version' EXECUTE AS CALLER AS ${literal(PROCEDURE)}`,
    log: `CALL ${procedure}(?)`,
    models: (model: string) => `SHOW MODELS LIKE ${pattern(model)} IN SCHEMA ${names.schema}`,
    versions: (model: string) => `SHOW VERSIONS IN MODEL ${names.of(model)}`,
    setDefault: (model: string, name: string) =>
      `ALTER MODEL ${names.of(model)} SET DEFAULT_VERSION = ${identifier(name)}`,
    setAlias: (model: string, name: string, alias: string) =>
      `ALTER MODEL ${names.of(model)} ${version(name)} SET ALIAS = ${alias}`,
    unsetAlias: (model: string, alias: string) => `ALTER MODEL ${names.of(model)} VERSION ${alias} UNSET ALIAS`,
    setMetadata: (model: string, name: string, metadata: string) =>
      `ALTER MODEL ${names.of(model)} MODIFY ${version(name)} SET METADATA = ${literal(metadata)}`,
    setComment: (model: string, name: string, comment: string) =>
      `ALTER MODEL ${names.of(model)} MODIFY ${version(name)} SET COMMENT = ${literal(comment)}`,
    dropVersion: (model: string, name: string) => `ALTER MODEL ${names.of(model)} DROP ${version(name)}`,
    drop: (model: string) => `DROP MODEL IF EXISTS ${names.of(model)}`,
  };
}

/** Returns a pattern of LIKE that means one name. */
const pattern = (name: string) => literal(name.replace(/[\\%_]/g, "\\$&"));
