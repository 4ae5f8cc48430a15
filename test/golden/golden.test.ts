import { describe, expect, it } from "vitest";
import { ENGINES } from "../engines/places.ts";
import { differences, whyNotComparable } from "./hashes.ts";
import { libraryItems } from "./library.ts";
import { isOf, SCENARIOS, workspaceItems } from "./workspace.ts";

const reason = whyNotComparable();
const because = (why: string | undefined) => (why === undefined ? "" : ` (${why})`);

describe.skipIf(reason !== undefined)(`results to the bit${because(reason)}`, () => {
  it("of the forecasting library are those of hashes.json", () => {
    expect(differences(libraryItems(), (name) => name.startsWith("library/"))).toEqual([]);
  });

  for (const { engine, missing, open } of ENGINES)
    it.skipIf(missing !== undefined)(
      `of a workspace are those of hashes.json, on ${engine}${because(missing)}`,
      async () => {
        const place = await open();
        try {
          const items = await workspaceItems(place, SCENARIOS[engine]);
          expect(differences(items, isOf(SCENARIOS[engine]))).toEqual([]);
        } finally {
          await place.close();
        }
      },
    );
});
