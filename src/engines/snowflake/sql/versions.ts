import { integer } from "../literal.ts";
import type { Names } from "../names.ts";
import { TABLES } from "./setup.ts";

/** Returns statements of the registry. */
export function versionStatements(names: Names) {
  const [versions, aliases] = [names.of(TABLES.versions), names.of(TABLES.aliases)];
  const [annotations, audit] = [names.of(TABLES.annotations), names.of(TABLES.audit)];
  const entry = "HAPPENED_AT, BY_WHOM, ACTION, MODEL, VERSION, DETAILS";
  return {
    insert: `INSERT INTO ${versions} (MODEL, VERSION, CREATED_AT, RECORD, RECORDED_AT) SELECT ?, ?, ?, ?, SYSDATE()`,
    get: `SELECT RECORD FROM ${versions} WHERE MODEL = ? AND VERSION = ?`,
    all: `SELECT RECORD FROM ${versions} ORDER BY CREATED_AT DESC, RECORDED_AT DESC`,
    ofModel: `SELECT RECORD FROM ${versions} WHERE MODEL = ? ORDER BY CREATED_AT DESC, RECORDED_AT DESC`,
    remove: `DELETE FROM ${versions} WHERE MODEL = ? AND VERSION = ?`,
    alias: `SELECT VERSION FROM ${aliases} WHERE MODEL = ? AND ALIAS = ?`,
    aliasesOf: `SELECT ALIAS FROM ${aliases} WHERE MODEL = ? AND VERSION = ? ORDER BY ALIAS`,
    removeAlias: `DELETE FROM ${aliases} WHERE MODEL = ? AND ALIAS = ?`,
    insertAlias: `INSERT INTO ${aliases} (MODEL, ALIAS, VERSION, CHANGED_AT) SELECT ?, ?, ?, ?`,
    aliases: `SELECT MODEL, ALIAS, VERSION, CHANGED_AT FROM ${aliases} ORDER BY MODEL, ALIAS`,
    forget: `DELETE FROM ${annotations} WHERE MODEL = ? AND VERSION = ?`,
    unsay: `DELETE FROM ${annotations} WHERE MODEL = ? AND VERSION = ? AND KIND = ? AND NAME = ?`,
    say: `INSERT INTO ${annotations} (MODEL, VERSION, KIND, NAME, VALUE) SELECT ?, ?, ?, ?, ?`,
    said: `SELECT KIND, NAME, VALUE FROM ${annotations} WHERE MODEL = ? AND VERSION = ? ORDER BY KIND, NAME`,
    note: `INSERT INTO ${audit} (${entry}, RECORDED_AT) SELECT ?, ?, ?, ?, ?, ?, SYSDATE()`,
    audit: (limit: number) => `SELECT ${entry} FROM ${audit} ORDER BY RECORDED_AT DESC LIMIT ${integer(limit)}`,
    auditOf: (limit: number) =>
      `SELECT ${entry} FROM ${audit} WHERE MODEL = ? ORDER BY RECORDED_AT DESC LIMIT ${integer(limit)}`,
  };
}
