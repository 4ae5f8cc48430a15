import fc from "fast-check";
import { snappyUncompress } from "hyparquet";
import { expect, it } from "vitest";
import { compress } from "../../../src/core/columns/snappy.ts";

/** Returns what another implementation reads from compressed bytes. */
function uncompress(bytes: Uint8Array): Uint8Array {
  let [length, at] = [0, 0];
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    length |= (byte & 127) << shift;
    if (byte < 128) break;
  }
  const output = new Uint8Array(length);
  snappyUncompress(bytes, output);
  return output;
}

const encode = (text: string) => new TextEncoder().encode(text);

it("is read back by another implementation, whatever the bytes", () => {
  const few = fc.array(fc.constantFrom(..."abc"), { maxLength: 5000 }).map((letters) => encode(letters.join("")));
  const again = fc
    .array(fc.tuple(fc.uint8Array({ maxLength: 100 }), fc.integer({ min: 1, max: 40 })), { maxLength: 20 })
    .map((pieces) => Uint8Array.from(pieces.flatMap(([piece, times]) => new Array(times).fill([...piece]).flat())));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 3000 }), few, again), (bytes) => {
      expect(uncompress(compress(bytes))).toEqual(bytes);
    }),
  );
});

it("is read back where copies are far, literals long and the bytes a part of others", () => {
  let state = 1;
  const noise = Uint8Array.from(
    { length: 70_000 },
    () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24,
  );
  const bytes = Uint8Array.of(...noise, ...noise.subarray(0, 300), ...noise.subarray(69_000), ...new Uint8Array(500));
  for (const part of [bytes, bytes.subarray(3), bytes.subarray(0, 65_540)])
    expect(uncompress(compress(part))).toEqual(new Uint8Array(part));
  expect(compress(noise).length).toBeLessThan(noise.length + 100);
});

it("makes a list of models less than half as long", () => {
  const models = Array.from(
    { length: 256 },
    (_, i) => `{"kind":"mean","formatVersion":1,"nobs":60,"mean":${Math.sqrt(i)}}`,
  );
  const bytes = encode(models.join(""));
  expect(compress(bytes).length).toBeLessThan(bytes.length / 2);
});
