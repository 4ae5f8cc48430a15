import type { OnProgress, Progress } from "../runs/progress.ts";
import { timeLeft } from "../runs/time-left.ts";
import { whenInterrupted } from "./interrupt.ts";
import { formatSeconds } from "./table.ts";

/** Shows progress on stderr. */
export interface ProgressDisplay {
  readonly update: OnProgress;
  /** Ends the display; what it showed stays. */
  stop(): void;
}

const LINE_EVERY_MS = 10_000;

/**
 * Returns a bar with rate and time left on a terminal; elsewhere a line every ten seconds.
 *
 * @param ifStopped - what to say if somebody stops the program meanwhile
 */
export async function showProgress(label: string, ifStopped: string): Promise<ProgressDisplay> {
  const began = performance.now();
  const rate = ({ done }: Progress) => done / Math.max(0.001, (performance.now() - began) / 1000);
  const describe = (progress: Progress) => progressText(progress, rate(progress));
  if (!process.stderr.isTTY) {
    let next = LINE_EVERY_MS;
    const stop = whenInterrupted(() => {}, ifStopped);
    return {
      update(progress) {
        if (performance.now() - began < next || progress.done === progress.total) return;
        next += LINE_EVERY_MS;
        process.stderr.write(`${label}: ${describe(progress)}\n`);
      },
      stop,
    };
  }
  const { default: cliProgress } = await import("cli-progress");
  const bar = new cliProgress.SingleBar({
    ...cliProgress.Presets.shades_classic,
    format: `${label} {bar} {text}`,
    stream: process.stderr,
    hideCursor: true,
    barsize: 30,
    fps: 5,
  });
  let started = false;
  const putBack = () => {
    if (started) bar.stop();
  };
  const forget = whenInterrupted(putBack, ifStopped);
  return {
    update(progress) {
      const text = { text: describe(progress) };
      if (started) bar.update(progress.done, text);
      else bar.start(progress.total, progress.done, text);
      started = true;
    },
    stop() {
      forget();
      putBack();
    },
  };
}

const UNTIL = { done: "left", budget: "until the time budget ends", deadline: "until the hard deadline" } as const;

/**
 * Writes the progress of a run: the share that is done, the time left, and the partitions that will not be reached.
 *
 * @param rate - partitions a second
 */
export function progressText({ total, done, failed, skipped = 0, limits }: Progress, rate: number): string {
  const left = timeLeft(total - done - skipped, rate, limits);
  return [
    `${done}/${total}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    rate > 0 && rate < 1 ? `${(60 * rate).toFixed(0)}/min` : `${rate.toFixed(0)}/s`,
    left === null ? "? left" : `${formatSeconds(left.seconds)} ${UNTIL[left.until]}`,
    ...(left !== null && left.untouched > 0 ? [`about ${left.untouched} not started by then`] : []),
  ].join(", ");
}
