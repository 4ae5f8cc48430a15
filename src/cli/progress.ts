import type { OnProgress, Progress } from "../pipeline/progress.ts";
import { formatSeconds } from "./table.ts";

/** Shows progress on stderr. */
export interface ProgressDisplay {
  readonly update: OnProgress;
  /** Ends the display; what it showed stays. */
  stop(): void;
}

const LINE_EVERY_MS = 10_000;

/** A bar with rate and time left on a terminal; elsewhere a line every ten seconds. */
export async function showProgress(label: string): Promise<ProgressDisplay> {
  const began = performance.now();
  const rate = ({ done }: Progress) => done / Math.max(0.001, (performance.now() - began) / 1000);
  const describe = (progress: Progress) => {
    const speed = rate(progress);
    const left = speed > 0 ? formatSeconds((progress.total - progress.done) / speed) : "?";
    const failed = progress.failed > 0 ? `, ${progress.failed} failed` : "";
    return `${progress.done}/${progress.total}${failed}, ${speed > 0 && speed < 1 ? `${(60 * speed).toFixed(0)}/min` : `${speed.toFixed(0)}/s`}, ${left} left`;
  };
  if (!process.stderr.isTTY) {
    let next = LINE_EVERY_MS;
    return {
      update(progress) {
        if (performance.now() - began < next || progress.done === progress.total) return;
        next += LINE_EVERY_MS;
        process.stderr.write(`${label}: ${describe(progress)}\n`);
      },
      stop() {},
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
  return {
    update(progress) {
      const text = { text: describe(progress) };
      if (started) bar.update(progress.done, text);
      else bar.start(progress.total, progress.done, text);
      started = true;
    },
    stop() {
      if (started) bar.stop();
    },
  };
}
