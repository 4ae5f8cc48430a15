/** Reads and writes CHANGELOG.md in the form of Keep a Changelog. */

const HEADING = "## [Unreleased]\n";

/** @returns the entries that no version has yet, without their headings; "" if there are none */
export function unreleased(text) {
  const [, after = ""] = text.split(HEADING);
  const [section] = after.split(/^## /m);
  return section.replace(/^###.*$/gm, "").trim();
}

/** @returns the changelog with the entries under Unreleased as those of a version, dated in UTC */
export function released(text, version, at) {
  if (text.split(HEADING).length !== 2) throw new Error("CHANGELOG.md must have one heading `## [Unreleased]`");
  return text.replace(HEADING, `${HEADING}\n## [${version}] - ${at.toISOString().slice(0, 10)}\n`);
}
