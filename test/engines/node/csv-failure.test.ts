import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { openWorkspace, temporaryFolder } from "../../workspace.ts";

/** Returns the message about a file when it is imported, without its folder. */
async function importing(name: string, content: string | Uint8Array | null): Promise<string> {
  const mm = await openWorkspace("local");
  const folder = await temporaryFolder();
  const file = path.join(folder, name);
  if (content === null) await mkdir(file);
  else await writeFile(file, content);
  return mm.engine.tables.import(file, "T", { replace: false }).then(
    ({ rows, columns }) => `${rows} rows of ${columns.map((column) => column.name).join(", ")}`,
    (error) => `${error.kind}: ${error.message.replaceAll(`${folder}${path.sep}`, "")}`,
  );
}

const header = "sku,day,qty";
const rows = Array.from({ length: 600 }, (_, i) => `${i % 2 ? "B" : '"A,1"'},2025-01-0${1 + (i % 9)},${i}`);
const lines = (...text: string[]) => `${text.join("\n")}\n`;

it("names the first line that has another number of columns, and leaves out no line", async () => {
  const advice = "; correct the file, or name the delimiter (--delimiter)";
  expect(await importing("f.csv", lines(header, ...rows, "A,2025-01-02", ...rows))).toBe(
    `input: cannot read f.csv: line 602 has 2 columns where most have 3: "A,2025-01-02"${advice}`,
  );
  expect(await importing("f.csv", lines(header, "A,2025-01-02,4,5", ...rows))).toContain("line 2 has 4 columns");
  expect(await importing("f.csv", lines(header, ...rows, "that was all"))).toContain("line 602 has 1 column where");
  expect(await importing("f.csv", lines("sku,day", ...rows))).toContain("line 1 has 2 columns where most have 3");
  // DuckDB would find the last line to be a table of its own.
  expect(await importing("f.csv", lines(header, "A,2025-01-01,5", "A,2025-01-02", "A,2025-01-03,4,5"))).toContain(
    "line 3 has 2 columns",
  );
  expect(await importing("f.csv", lines("sku;day;qty", "A;2025-01-01;5", "A;2025-01-02"))).toContain(
    "line 3 has 2 columns",
  );
});

it("reads a file that is uneven in appearance only", async () => {
  expect(await importing("f.csv", lines(header, ...rows))).toBe("600 rows of sku, day, qty");
  expect(await importing("f.csv", lines("Sales", "", header, ...rows))).toBe("600 rows of sku, day, qty");
  expect(await importing("f.csv", lines(...rows))).toBe("600 rows of column0, column1, column2");
  expect(await importing("f.csv", lines("sum, in EUR", "1", "2", "3"))).toBe("3 rows of sum, in EUR");
  expect(await importing("f.csv", lines(header, '"two\nlines, one key",2025-01-01,5', ...rows))).toBe(
    "601 rows of sku, day, qty",
  );
  expect(await importing("f.csv", `\ufeff${[header, ...rows].join("\r\n")}`)).toBe("600 rows of sku, day, qty");
});

it("says in a file's terms why it cannot be read", async () => {
  expect(await importing("f.csv", Buffer.from(lines(header, "Größe,2025-01-01,5"), "latin1"))).toBe(
    "input: cannot read f.csv: it is not in UTF-8; save it as UTF-8, such as with: iconv -f LATIN1 -t UTF-8",
  );
  expect(await importing("f.csv", "")).toBe("input: f.csv is empty; there is nothing to read");
  expect(await importing("f.csv", null)).toMatch(/^input: f\.csv is a folder; name a /);
  expect(await importing("folder", null)).toMatch(/folder is a folder; name a /);
  expect(await importing("f.xls", "PK")).toBe(
    "input: f.xls cannot be read: its name must end in .csv, .tsv, .txt, .parquet, .json or .xlsx; save it as one of them",
  );
  expect(await importing("f.xlsx", "PK")).toMatch(
    /^input: f\.xlsx cannot be read as an Excel workbook: .*; save it as /,
  );
  const parquet = await importing("f.parquet", "PAR1 this is none");
  expect(parquet).toMatch(/No magic bytes found/);
  expect(parquet).not.toMatch(/LINE 1|SELECT|Error:/);
});
