import { expect, it } from "vitest";
import { demand } from "../../../src/forecast/contest/demand.ts";

it("tells the four demand patterns apart by ADI and CV²", () => {
  expect(demand(Float64Array.of(5, 5, 6, 5))).toMatchObject({ adi: 1, pattern: "smooth" });
  expect(demand(Float64Array.of(1, 20, 1, 1))).toMatchObject({ adi: 1, pattern: "erratic" });
  expect(demand(Float64Array.of(0, 0, 5, NaN, 0, 5))).toEqual({ adi: 2.5, cv2: 0, pattern: "intermittent" });
  // Mean 8, population variance 36.
  expect(demand(Float64Array.of(0, 2, 0, 14))).toEqual({ adi: 2, cv2: 36 / 64, pattern: "lumpy" });
  expect(demand(Float64Array.of(0, 2, 0, -14)).pattern).toBe("none");
  expect(demand(Float64Array.of(0, 0)).pattern).toBe("none");
});
