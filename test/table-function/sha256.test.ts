import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, it } from "vitest";
import { createHash as plain } from "../../src/table-function/sha256.ts";

describe("SHA-256 in plain JavaScript", () => {
  it("agrees with Node's", () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: "binary", maxLength: 100 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
        const [a, b] = [createHash("sha256"), plain("sha256")];
        for (const one of pieces) {
          a.update(one);
          b.update(one);
        }
        return a.digest("hex") === b.digest("hex");
      }),
    );
  });
});
