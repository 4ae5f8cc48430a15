import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { root } from "./pages.ts";

it("every promise of docs/security.md names a test that is there", () => {
  const document = readFileSync(path.join(root, "docs", "security.md"), "utf8");
  const promises = [...document.matchAll(/^\| (.*) \| `(test\/\S+)` "(.*)" \|$/gm)];
  const rows = document.split("\n").filter((line) => line.includes("| `test/"));
  expect(promises).toHaveLength(rows.length);
  expect(rows.length).toBeGreaterThan(20);
  for (const [, promise, file = "", title = ""] of promises) {
    expect(existsSync(path.join(root, file)), `${promise}: ${file}`).toBe(true);
    expect(readFileSync(path.join(root, file), "utf8"), `${promise}: ${file}`).toContain(title);
  }
});
