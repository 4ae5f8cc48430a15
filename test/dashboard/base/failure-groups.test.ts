import { expect, it } from "vitest";
import { failureKinds } from "../../../src/dashboard/base/failure-groups.ts";

it("takes failures together whose messages differ in numbers alone", () => {
  const failures = [
    { type: "fit-error", message: "boom 17 at 3.5", count: 2 },
    { type: "lost", message: "boom 17 at 3.5", count: 1 },
    { type: "fit-error", message: "boom 9 at 1,000.25", count: 3 },
    { type: "fit-error", message: "boom at 3", count: 1 },
  ];
  expect(failureKinds(failures)).toEqual([
    { type: "fit-error", message: "boom … at …", count: 5, members: [failures[0], failures[2]] },
    { type: "lost", message: "boom 17 at 3.5", count: 1, members: [failures[1]] },
    { type: "fit-error", message: "boom at 3", count: 1, members: [failures[3]] },
  ]);
});
