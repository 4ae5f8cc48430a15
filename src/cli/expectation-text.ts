import { improvement, metricOf } from "../core/metric.ts";
import type { Expectation } from "../refine/expectation.ts";

/** Says what champions promise and what to expect of them, a sentence a line. */
export function expectationText(metric: string, { by, partitions, chosen, expected, alone }: Expectation): string[] {
  const name = metric.replace(/^holdout_/, "");
  const [promised, judged] = [chosen, expected].map((value) => value.toFixed(4));
  const others = alone === null ? "" : ` ${alone.run} alone: ${alone.expected.toFixed(4)}.`;
  const first = `${name} of ${partitions} partitions at the origins that chose: ${promised}; at the last, which did not: ${judged}.`;
  const isWorse = alone !== null && improvement(metricOf(metric), alone.expected, expected) < 0;
  const advice = isWorse ? ` Choosing by partition did not pay: register ${alone.run}.` : "";
  if (by === "last-origin") return [`${first}${others}`, `Expect ${judged} of new observations.${advice}`];
  return [
    `${name} of ${partitions} partitions on the holdout that chose them: ${promised}, which flatters them.${others}`,
    `Expect between ${promised} and ${judged}, the value if chance made the choice. Measure it with train.origins: 2 or more.`,
  ];
}
