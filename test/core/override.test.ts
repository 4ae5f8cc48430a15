import { describe, expect, it } from "vitest";
import { finalForecast, type Override, OverridesInForce, overrideBatch, overridesOf } from "../../src/core/override.ts";

const DAY = 86_400_000;
const usual = { changeId: "1", model: "M", partitionKey: "s:A", time: 10 * DAY, value: 9, reason: "why", by: "me" };
const row = (values: Partial<Override>): Override => ({ ...usual, expiresAt: NaN, at: DAY, ...values });

describe("an override", () => {
  it("comes back from its batch as it was, without an expiry and as a removal too", () => {
    const rows = [row({}), row({ value: NaN, expiresAt: 5 * DAY })];
    expect(overridesOf(overrideBatch(rows))).toEqual(rows);
    expect(overridesOf({ length: 0, columns: {} })).toEqual([]);
  });
  it("counts from when it was set to when it expires or is removed, and the last row decides", () => {
    const overrides = new OverridesInForce([
      row({ value: 1, expiresAt: 4 * DAY }),
      row({ changeId: "2", value: 2, at: 2 * DAY, expiresAt: 3 * DAY }),
      row({ changeId: "3", value: NaN, at: 5 * DAY }),
      row({ changeId: "4", value: 4, at: 6 * DAY }),
    ]);
    const value = (moment: number) => overrides.find(row({}), moment)?.value;
    expect([0, DAY, 2 * DAY, 3 * DAY - 1].map(value)).toEqual([undefined, 1, 2, 2]);
    // Of two rows the later one decides, though it has expired and the other has not.
    expect([3 * DAY, 5 * DAY, 6 * DAY].map(value)).toEqual([undefined, undefined, 4]);
    expect(overrides.find(row({ model: "N" }), 9 * DAY)).toBeUndefined();
    expect(overrides.all(2 * DAY).map((one) => one.value)).toEqual([2]);
  });
  it("takes the place of its step alone in the forecast that counts", () => {
    const overrides = new OverridesInForce([row({})]);
    const of = { model: "M", partitionKey: "s:A", times: [9 * DAY, 10 * DAY], mean: [1, 2] };
    expect(finalForecast(of, overrides, 2 * DAY)).toEqual([1, 9]);
    expect(finalForecast({ ...of, partitionKey: "s:B" }, overrides, 2 * DAY)).toBeUndefined();
  });
});
