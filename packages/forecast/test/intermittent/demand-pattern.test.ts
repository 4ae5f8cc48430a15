import { expect, it } from "vitest";
import { demandPattern } from "../../src/intermittent/demand-pattern.ts";

it("tells the four demand patterns apart by ADI and CV²", () => {
  expect(demandPattern(Float64Array.of(5, 5, 6, 5))).toMatchObject({ adi: 1, pattern: "smooth" });
  expect(demandPattern(Float64Array.of(1, 20, 1, 1))).toMatchObject({ adi: 1, pattern: "erratic" });
  expect(demandPattern(Float64Array.of(0, 0, 5, NaN, 0, 5))).toEqual({ adi: 2.5, cv2: 0, pattern: "intermittent" });
  // Mean 8, population variance 36.
  expect(demandPattern(Float64Array.of(0, 2, 0, 14))).toEqual({ adi: 2, cv2: 36 / 64, pattern: "lumpy" });
  expect(demandPattern(Float64Array.of(0, 2, 0, -14)).pattern).toBeNull();
  expect(demandPattern(Float64Array.of(0, 0))).toEqual({ adi: NaN, cv2: NaN, pattern: null });
});
