import { describe, expect, it } from "vitest";
import { differences, whyNotComparable } from "./hashes.ts";
import { libraryItems } from "./library.ts";

const reason = whyNotComparable();

describe.skipIf(reason !== undefined)(`results to the bit${reason === undefined ? "" : ` (${reason})`}`, () => {
  it("of the forecasting library are those of hashes.json", () => {
    expect(differences("library/", libraryItems())).toEqual([]);
  });
});
