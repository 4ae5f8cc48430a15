import path from "node:path";
import { pathToFileURL } from "node:url";
import Sqlite from "libsql";
import { describe, expect, it, onTestFinished } from "vitest";
import { openUnwritable } from "../../../src/engines/local/unwritable-database.ts";
import { temporaryFolder } from "../../workspace.ts";

describe("a database that this account may not write", () => {
  it("is read as it is, though others write it, close it and open it again", async () => {
    const file = path.join(await temporaryFolder(), "a.db");
    const openWriter = () => {
      const writer = new Sqlite(file);
      writer.exec("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS t (x INTEGER)");
      return writer;
    };
    const insert = (writer: ReturnType<typeof openWriter>) =>
      writer.exec(`INSERT INTO t SELECT value FROM json_each('[${"0,".repeat(999)}0]')`);
    const first = openWriter();
    insert(first);
    first.close();
    const immutable = () => new Sqlite(`${pathToFileURL(file)}?immutable=1`);
    const reader = openUnwritable(file, (isImmutable) => (isImmutable ? immutable() : new Sqlite(file)));
    onTestFinished(() => reader.close());
    const stale = immutable();
    onTestFinished(() => void stale.close());
    const select = reader.prepare("SELECT count(*) AS n FROM t");
    const selectStale = stale.prepare("SELECT count(*) AS n FROM t");
    expect([select.all(), selectStale.all()]).toEqual([[{ n: 1000 }], [{ n: 1000 }]]);

    const second = openWriter();
    insert(second);
    second.close();
    expect(select.all()).toEqual([{ n: 2000 }]);
    // What SQLite alone reads of it: it was told that the file does not change.
    expect(selectStale.all()).not.toEqual([{ n: 2000 }]);

    const third = openWriter();
    insert(third);
    expect(select.all()).toEqual([{ n: 3000 }]);
    third.close();
    const fourth = openWriter();
    insert(fourth);
    fourth.close();
    expect(select.all()).toEqual([{ n: 4000 }]);
    expect(() => reader.exec("SELECT x FROM missing")).toThrow(/no such table/);
  });
});
