import { measure, percent } from "../../text/number.ts";
import type { Stretch } from "../wire.ts";

/** Returns a change in percent, with its sign. */
export function change(next: number | null, before: number | null): string {
  if (next === null || before === null || before === 0) return "–";
  const share = next / before - 1;
  return `${share > 0 ? "+" : share < 0 ? "−" : ""}${percent(Math.abs(share))}`;
}

/** Compares the next steps with as many last ones, and with those of last year. */
export function StretchLine({ stretch: { steps, next, last, lastYear } }: { stretch: Stretch }) {
  return (
    <p class="stretch">
      Next {steps} steps: <b>{measure(next)}</b>
      <span class="muted"> · last {steps}:</span> {measure(last)} <b>({change(next, last)})</b>
      <span class="muted"> · a year before:</span>{" "}
      {lastYear === null ? <span class="muted">not known</span> : `${measure(lastYear)} (${change(next, lastYear)})`}
    </p>
  );
}
