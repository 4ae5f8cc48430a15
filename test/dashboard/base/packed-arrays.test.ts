import { expect, it } from "vitest";
import { ArrayReader, packArrays } from "../../../src/dashboard/base/packed-arrays.ts";

it("reads the arrays that it packed, also from the middle of a buffer", () => {
  const arrays = [Uint8Array.of(1, 2, 3), new Uint16Array(0), Uint32Array.of(7), Float64Array.of(0.1, Number.NaN)];
  const file = packArrays(arrays);
  const shifted = new Uint8Array(file.length + 3);
  shifted.set(file, 3);
  for (const bytes of [file, shifted.subarray(3)]) {
    const reader = new ArrayReader(bytes, "x.bin");
    expect([reader.u8(), reader.u16(), reader.u32(), reader.f64()]).toEqual(arrays);
    expect(() => reader.f32()).toThrow("x.bin has too few columns");
  }
});

it("names a file that was cut off", () => {
  const file = packArrays([Float64Array.of(1, 2)]);
  expect(() => new ArrayReader(file.subarray(0, 20), "x.bin").f64()).toThrow("x.bin has too few columns");
  expect(() => new ArrayReader(new Uint8Array(2), "x.bin")).toThrow("x.bin has too few columns");
});
