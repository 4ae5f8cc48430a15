import { messageOf } from "../core/errors.ts";
import type { FailureGroup } from "../runs/failure-groups.ts";

/** Returns the failure groups as lines for people. */
export function failureLines(groups: readonly FailureGroup[]): string[] {
  return groups.map(
    ({ type, message, count, first }) =>
      `  ${count} × ${type}: ${messageOf(message, 300)} (${first.join("  ")}${count > first.length ? "  …" : ""})`,
  );
}
