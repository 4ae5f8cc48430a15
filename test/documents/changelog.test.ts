import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { released, unreleased } from "../../scripts/changelog.js";
import { root } from "./pages.ts";

const NOTES =
  "# Changelog\n\n## [Unreleased]\n\n### Added\n\n#### Data\n\n- b\n\n## [0.1.0] - 2026-01-01\n\n### Added\n\n- a\n";

describe("the changelog", () => {
  it("has the entries that no version has yet", () => {
    expect(unreleased(NOTES)).toBe("- b");
    expect(unreleased(NOTES.replace("- b\n\n", ""))).toBe("");
    expect(unreleased(readFileSync(path.join(root, "CHANGELOG.md"), "utf8"))).toMatch(/^- /);
  });

  it("gives them to a version, with its day in UTC", () => {
    const text = released(NOTES, "0.2.0", new Date("2026-02-03T23:30:00-05:00"));
    expect(text).toContain("## [Unreleased]\n\n## [0.2.0] - 2026-02-04\n\n### Added\n\n#### Data\n\n- b\n");
    expect(unreleased(text)).toBe("");
    expect(() => released("# Changelog\n", "0.2.0", new Date())).toThrow("one heading");
  });
});
