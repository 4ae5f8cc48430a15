import path from "node:path";
import { expect, it } from "vitest";
import { openDatabase } from "../../../src/engines/local/database.ts";
import { temporaryFolder } from "../../workspace.ts";

it("refuses a name that a flipped bit made into bytes, which would end the process", async () => {
  const db = openDatabase(path.join(await temporaryFolder(), "a.db"));
  const bytes = db.prepare("SELECT x'6f6c64' AS name").all() as { name: unknown }[];
  const chunks = db.prepare("SELECT chunk FROM chunks WHERE run_id = ?");
  for (const values of [[bytes[0]?.name], [[bytes[0]?.name]]])
    expect(() => chunks.all(...values)).toThrow("a name in the workspace's database is damaged");
  expect(chunks.all("old")).toEqual([]);
  expect(chunks.all(["old"])).toEqual([]);
  db.close();
});
