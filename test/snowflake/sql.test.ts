import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { STATEMENTS } from "../../scripts/snowflake-statements.js";
import { dollarQuoted, identifier, integer, literal } from "../../src/engines/snowflake/literal.ts";
import { mask } from "./server/masked.ts";

describe("literals and identifiers", () => {
  it("mean what they were made of, whatever is in it", () => {
    for (const text of [
      "",
      "it's",
      "a\\",
      "\\'; DROP TABLE X; --",
      "''",
      "line\nbreak\t",
      "$$",
      "😀 é",
      "%_?:1",
      "\\n",
      '"',
    ]) {
      const masked = mask(`SELECT ${literal(text)}`);
      expect(masked.code).toBe("SELECT \ue0000\ue000");
      expect(masked.literal(0)).toBe(text);
    }
    for (const name of ['a"b', "a b", "É", "select", "a.b", "';"])
      expect(mask(identifier(name)).identifier(0)).toBe(name);
  });
  it("refuse text that cannot be a literal", () => {
    for (const text of ["a\0b", "\ud800"]) expect(() => literal(text)).toThrow(/cannot be part of a statement/);
    for (const name of ["", "a\0", "x".repeat(256)]) expect(() => identifier(name)).toThrow(/cannot be the name/);
    for (const value of [1.5, NaN, 2 ** 60]) expect(() => integer(value)).toThrow(/whole number/);
    expect(() => dollarQuoted("a $$ b")).toThrow(/\$\$/);
  });
});

describe("the statements", () => {
  const withText = (pattern: RegExp) => STATEMENTS.filter(({ text }) => pattern.test(text)).map(({ text }) => text);
  it("replace nothing: what is created is created where it is missing, and what is dropped is named by its own id", () => {
    const ownName = /^CREATE (TRANSIENT |TEMPORARY )?TABLE "LAB"\."MM"\."MM_(SNAPSHOT|IMPORT|SCORED|SELECTED)_/;
    const resultView =
      /^CREATE OR REPLACE VIEW "LAB"\."MM"\."(MODEL_INDEX|TRAINING_METRICS|TRAINING_RESULTS|FORECASTS)" COPY GRANTS /;
    for (const text of withText(/^CREATE /))
      expect(text).toMatch(new RegExp(` IF NOT EXISTS |${ownName.source}|${resultView.source}`));
    expect(withText(/OR REPLACE/).filter((text) => !resultView.test(text))).toEqual([]);
    expect(withText(/TRUNCATE|DROP SCHEMA|DROP STAGE|DROP DATABASE/)).toEqual([]);
  });
  it("quote every name of a table", () => {
    for (const text of withText(/^(INSERT INTO|UPDATE|DELETE FROM|COPY INTO|ALTER TABLE|DROP TABLE)/))
      expect(text).toMatch(
        /^(INSERT INTO|UPDATE|DELETE FROM|COPY INTO|ALTER TABLE|DROP TABLE IF EXISTS) ('@)?"LAB"\."MM"\."/,
      );
  });
  it("list no keys: sets of them are bound as one value", () => {
    for (const { text } of STATEMENTS) expect(text).not.toMatch(/ IN \(\?/);
  });
  it("use the second version of stage volumes, units, and names that a specification can have", () => {
    const specs = STATEMENTS.flatMap(
      ({ text }) => /FROM SPECIFICATION (\$\$[\s\S]*\$\$|'[\s\S]*')$/.exec(text)?.[1] ?? [],
    );
    expect(specs).toHaveLength(8);
    for (const quoted of specs) {
      const { spec } = parse(mask(quoted).literal(0)) as {
        spec: { containers: Record<string, never>[]; volumes: unknown[] };
      };
      expect(spec.volumes).toEqual([
        { name: "stage", source: "stage", uid: 1000, gid: 1000, stageConfig: { name: '@"LAB"."MM"."MM_STAGE"' } },
      ]);
      expect(spec.containers).toHaveLength(1);
      expect(spec.containers[0]).toMatchObject({
        name: "worker",
        resources: { limits: { memory: "8Gi" }, requests: { memory: "8Gi" } },
      });
    }
  });
  it.each([...new Set(STATEMENTS.map(({ phase }) => phase))])(
    "of the phase %s are those of its golden file",
    async (phase) => {
      const names = STATEMENTS.filter((one) => one.phase === phase).map(({ name, text }) => `-- ${name}\n${text};\n`);
      await expect(names.join("\n")).toMatchFileSnapshot(`../fixtures/snowflake/${phase.replace(" ", "-")}.sql`);
    },
  );
  it("quote every name, but for those of services and pools, which cannot be, and what the account calls its own", () => {
    const names =
      /\b(?:FROM|JOIN|INTO|UPDATE|VIEW|STAGE|SCHEMA|REPOSITORY|(?<!SERVICE )ROLE|(?<!FOR )TASK|(?<!SHOW USER )FUNCTION(?! =)|(?<!CREATE |HYBRID |TRANSIENT |BASE )TABLE)\s+(?:IF (?:NOT )?EXISTS\s+)?([^\s,;]+)/g;
    const unquoted = STATEMENTS.flatMap(({ text }) => {
      const { code } = mask(text);
      // A query in a WITH is named in the statement itself.
      const aliases = [...code.matchAll(/\bWITH (\w+) AS/g)].map(([, name]) => name);
      return [...code.matchAll(names)].flatMap(([, name]) =>
        /^([\ue000\ue001(?]|TABLE\(|SPECIFICATION$)/.test(name!) || aliases.includes(name) ? [] : [name!],
      );
    });
    expect([...new Set(unquoted)].sort()).toEqual([]);
  });
  it("write every text as the one writer does, and never $$ within $$", () => {
    for (const { text } of STATEMENTS) {
      const { code } = mask(text);
      expect(code).not.toMatch(/['"]|\$\$/);
      expect(text.split("$$").length === 1 || text.split("$$").length === 3).toBe(true);
      for (const [match] of text.replace(/\$\$[\s\S]*\$\$/, "").matchAll(/'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"]|"")*"/g))
        if (match.startsWith("'")) expect(match).toBe(literal(mask(match).literal(0)));
        else expect(match).toBe(identifier(mask(match).identifier(0)));
    }
  });
  it("put the specification of a job service last, and do not name one in a task", () => {
    for (const text of withText(/EXECUTE JOB SERVICE/)) {
      expect(text).toMatch(
        /EXECUTE JOB SERVICE IN COMPUTE POOL LAB_POOL\s+(NAME = LAB\.MM\.MM_RUN_1 ASYNC = TRUE )?(REPLICAS = 4 )?(EXTERNAL_ACCESS_INTEGRATIONS = \("WEBHOOKS"\) )?QUERY_WAREHOUSE = "LAB_WH" COMMENT = '[^']*'\s+FROM SPECIFICATION ('[^']*'|\$\$[^$]*\$\$)$/,
      );
      if (text.startsWith("CREATE TASK")) expect(text).not.toMatch(/ NAME = /);
    }
  });
  it("have the clauses of an inference job in the order of the account's own client, and its specification between quotes", () => {
    const jobs = withText(/^EXECUTE INFERENCE JOB SERVICE/);
    expect(jobs).toHaveLength(1);
    const masked = mask(jobs[0]!);
    expect(masked.code.replace(/[\ue000\ue001]\d+[\ue000\ue001]/g, "?").replace(/\s+/g, " ")).toBe(
      "EXECUTE INFERENCE JOB SERVICE IN COMPUTE POOL LAB_POOL WITH SPECIFICATION ? FROM (SELECT ((P - MOD(P, 5)) / 5)::NUMBER(10,0) AS B, P, R, K0, C0, C1, C2 FROM ?.?.?) MODEL = ?.?.? VERSION = ? FUNCTION = ? NAME = LAB.MM.MM_SCORE_1 ASYNC = TRUE REPLICAS = 4",
    );
    expect(jobs[0]).toMatch(/SPECIFICATION '\{/);
    expect(parse(masked.literal(0))).toEqual({
      input: { params: { horizon: 30, levels: "[80,95]", advance: true }, partition_column: "B" },
      output: { stage_location: '@"LAB"."MM"."MM_STAGE"/scores/MM_SCORE_1/', mode: "overwrite" },
    });
  });
});
