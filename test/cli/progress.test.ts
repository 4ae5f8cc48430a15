import { expect, it } from "vitest";
import { progressText } from "../../src/cli/progress.ts";
import { formatSeconds } from "../../src/cli/table.ts";

const limits = { budgetMs: 60_000, deadlineMs: 90_000 };

it("says when all is done, if nothing ends it before", () => {
  expect(progressText({ total: 100, done: 40, failed: 2 }, 3)).toBe("40/100, 2 failed, 3/s, 20 s left");
  expect(progressText({ total: 100, done: 40, failed: 0, limits }, 3)).toBe("40/100, 3/s, 20 s left");
  expect(progressText({ total: 100, done: 0, failed: 0 }, 0)).toBe("0/100, 0/s, ? left");
});

it("shows no more time than the budget or the deadline allows, and the part that will not start by then", () => {
  expect(progressText({ total: 1000, done: 40, failed: 0, limits }, 3)).toBe(
    "40/1000, 3/s, 60 s until the time budget ends, about 780 not started by then",
  );
  expect(progressText({ total: 1000, done: 0, failed: 0, limits }, 0)).toBe(
    "0/1000, 0/s, 60 s until the time budget ends, about 1000 not started by then",
  );
  // After the budget only what has begun counts.
  const late = { budgetMs: -5000, deadlineMs: 25_000 };
  expect(progressText({ total: 1000, done: 200, failed: 0, skipped: 790, limits: late }, 3)).toBe(
    "200/1000, 3/s, 3.3 s left",
  );
  expect(progressText({ total: 1000, done: 200, failed: 0, skipped: 790, limits: late }, 0.1)).toBe(
    "200/1000, 6/min, 25 s until the hard deadline",
  );
});

it("says minutes and hours without 60 s or 60 min", () => {
  expect(formatSeconds(119.7)).toBe("2 min 0 s");
  expect(formatSeconds(3599.6)).toBe("60 min 0 s");
  expect(formatSeconds(7_199)).toBe("2 h 0 min");
});
