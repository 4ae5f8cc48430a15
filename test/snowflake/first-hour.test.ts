import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { FIRST_HOUR } from "./first-hour.ts";

it("the page of the first hour has every question that --quick asks, in order, with the action for either answer", async () => {
  const page = await readFile(new URL("../../docs/snowflake-first-hour.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| \d+ \| (.+) \| (.+) \| (.+) \|$/gm)].map(([, name]) => name);
  expect(rows).toEqual(FIRST_HOUR.map(({ name }) => name));
});
