import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { PAGES, root } from "./pages.ts";

describe("the documents' links and names exist", () => {
  it("every link between them", () => {
    const anchor = (heading: string) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-");
    const broken = PAGES.flatMap((file) => {
      const text = readFileSync(path.join(root, file), "utf8");
      return [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].flatMap(([link, to, hash]) => {
        const target = to === "" ? path.join(root, file) : path.resolve(root, path.dirname(file), to!);
        if (!existsSync(target)) return [`${file}: ${link}`];
        if (hash === undefined) return [];
        const headings = [...readFileSync(target, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
          anchor(heading!),
        );
        return headings.includes(hash) ? [] : [`${file}: ${link}`];
      });
    });
    expect(broken).toEqual([]);
  });

  it("every message that troubleshooting lists", () => {
    const sources = [path.join(root, "src"), path.join(root, "packages", "forecast", "src")]
      .flatMap((folder) =>
        readdirSync(folder, { recursive: true, encoding: "utf8" })
          .filter((name) => name.endsWith(".ts"))
          .map((name) => readFileSync(path.join(folder, name), "utf8")),
      )
      .join("\n")
      .replaceAll('\\"', '"');
    const messages = [
      ...readFileSync(path.join(root, "docs", "troubleshooting.md"), "utf8").matchAll(/^\| `([^`]*…?[^`]*)` \| /gm),
    ]
      .map(([, message]) => message!)
      .filter((message) => message.includes(" "));
    expect(messages.length).toBeGreaterThan(15);
    const parts = messages.flatMap((message) => message.split(/"?…"?/).map((part) => part.trim()));
    expect(parts.filter((part) => part.length > 12 && !sources.includes(part))).toEqual([]);
  });
});
