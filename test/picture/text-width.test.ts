import { Resvg } from "@resvg/resvg-js";
import fc from "fast-check";
import { expect, it } from "vitest";
import { fit, fitName, textWidth } from "../../src/picture/text-width.ts";

it("leaves out the end of a sentence, and the middle of a name, to fit", () => {
  expect(fit("short", 100)).toBe("short");
  expect(fit("a sentence that is much too long for its place", 150)).toBe("a sentence that is…");
  expect(fitName("warehouse-north-0001-shelf-7", 150)).toBe("warehouse-…shelf-7");
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), fc.integer({ min: 20, max: 500 }), (text, width) => {
      expect(textWidth(fit(text, width))).toBeLessThanOrEqual(width);
      expect(textWidth(fitName(text, width))).toBeLessThanOrEqual(width);
    }),
  );
});

it("takes a text for no narrower than DejaVu Sans draws it", () => {
  for (const text of [
    "WAREHOUSE MMM 100 %",
    "a-very-long-key-1234567890",
    "1,000,000.002",
    "-1.5e-7",
    "Ünïcödé ключ",
  ]) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="999" height="40"><text y="20" font-family="DejaVu Sans" font-size="12">${text}</text></svg>`;
    const rendering = new Resvg(svg, { font: { loadSystemFonts: true } }).getBBox()?.width ?? 0;
    expect(rendering, text).toBeLessThanOrEqual(textWidth(text));
  }
});
