import { existsSync } from "node:fs";
import { mkdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { messageOf, printable } from "../../src/core/errors.ts";
import { body, dailyQuery, fillDaily, fillTable, openWorkspace, temporaryFolder } from "../workspace.ts";

const trained = async () => {
  const mm = await openWorkspace("local");
  await fillDaily(mm, 6, 4);
  const { runId } = await mm.foreachPartition("unit_id").dopar(body("average"), {
    dataQuery: dailyQuery,
    chunksPerJob: 3,
    exports: { add: 1 },
  });
  const workspace = path.join(mm.config.directory, ".manymodel");
  return { mm, runId, workspace };
};

describe("in a workspace that somebody else can write", () => {
  it("a run's plan that was altered is not followed, and is found", async () => {
    const { mm, runId, workspace } = await trained();
    const file = path.join(workspace, "stage", "runs", runId, "manifest.json");
    await writeFile(file, (await readFile(file, "utf8")).replace('"seed":', '"seed":1'));
    expect((await mm.runs.verify(runId)).problems).toEqual([
      `runs/${runId}/manifest.json was changed after the run was planned`,
    ]);
  });

  it("gc takes nothing for its own that is not, and follows no link", async () => {
    const { mm, runId, workspace } = await trained();
    const outside = await temporaryFolder();
    await mkdir(path.join(outside, "sub"));
    for (const name of ["precious.txt", "sub/precious.txt"]) await writeFile(path.join(outside, name), "x");
    for (const name of ["", "precious.txt"]) await utimes(path.join(outside, name), 0, 0);
    for (const name of ["tables/LINK", "snapshots/link", `stage/runs/${runId}/chunks/link`])
      await symlink(outside, path.join(workspace, name));
    for (const name of ["tables/.DS_Store", "tables/SALES/notes.txt", `stage/runs/${runId}/chunks/Thumbs.db`])
      await writeFile(path.join(workspace, name), "x");
    await writeFile(path.join(workspace, "stage", "runs", runId, "chunks", "0001", "note.txt"), "x");
    await mm.garbage({ olderThan: "1ms", delete: true });
    for (const name of ["precious.txt", "sub/precious.txt"]) expect(existsSync(path.join(outside, name))).toBe(true);
    expect(existsSync(path.join(workspace, "tables/SALES/notes.txt"))).toBe(true);
    expect(await mm.runs.verify(runId)).toMatchObject({ partitions: 6, problems: [] });
  });

  it("no folder of the stage that is a link is emptied", async () => {
    const { mm, workspace } = await trained();
    const outside = await temporaryFolder();
    await mkdir(path.join(outside, "a"));
    await writeFile(path.join(outside, "a", "precious.txt"), "x");
    await symlink(outside, path.join(workspace, "stage", "linked"));
    expect(await mm.engine.stage.remove("linked/a/")).toBe(0);
    expect(existsSync(path.join(outside, "a", "precious.txt"))).toBe(true);
  });
});

it("sql explains nothing: an explained statement could write", async () => {
  const { mm, workspace } = await trained();
  const file = path.join(workspace, "tables", "written.csv");
  for (const sql of [`EXPLAIN ANALYZE COPY (SELECT 1) TO '${file}'`, "EXPLAIN SELECT 1"])
    await expect(mm.engine.tables.query(sql, [], 1)).rejects.toThrow("sql is read-only");
  expect(existsSync(file)).toBe(false);
});

it("columns may be called as JavaScript's own properties are", async () => {
  const mm = await openWorkspace("local");
  const names = ["constructor", "toString", "valueOf"];
  await fillTable(
    mm,
    "T",
    [{ name: "ID", type: "string" }, ...names.map((name) => ({ name, type: "number" }) as const)],
    [["a", 1, 2, 3]],
  );
  const { rows } = await mm.engine.tables.query(`SELECT ${names.map((n) => `"${n}"`).join(", ")} FROM T`, [], 1);
  expect(rows).toEqual([[1, 2, 3]]);
});

describe("a message", () => {
  it("holds nothing that a terminal would obey", () => {
    const hostile = "a\u001b]52;c;x\u0007b\u009bc\u202ed\u2028e\u007f";
    expect(printable(hostile)).toBe("a\\u001b]52;c;x\\u0007b\\u009bc\\u202ed\\u2028e\\u007f");
    expect(messageOf(new Error(`${hostile}\n  next`))).toBe(`${printable(hostile)} next`);
  });

  it("is cut before it is looked at", () => {
    const long = `${" ".repeat(5_000_000)}x`;
    expect(messageOf(new Error(long), 100)).toBe("");
    expect(messageOf(new Error(`y${long}`), 100)).toBe("y");
    expect(messageOf(new Error("z".repeat(1000)), 100)).toBe(`${"z".repeat(99)}…`);
  });
});
