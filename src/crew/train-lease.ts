import type { FailureType, PartitionOutcome, SegmentInfo } from "../core/artifact.ts";
import { ManymodelError } from "../core/errors.ts";
import type { Lease } from "../ports/queue.ts";
import { WorkerLost } from "../ports/workers.ts";
import { BodyLog } from "../work/body-log.ts";
import type { Member } from "./crew.ts";
import { TimedOut, withinLimit } from "./within-limit.ts";

/**
 * Has a leased chunk trained. When the worker is lost, or stays with one partition for longer than `fitTimeoutMs`, the
 * chunk is done again one partition at a time, so that the one that does it fails alone. What loses a worker that had
 * fitted others is tried again in a new one: an earlier partition may have left the cause behind. A chunk that was tried before
 * is trained in a process of its own: it may be what ended the process that tried.
 *
 * @param manifestSha256 - of the run's manifest as the catalog has it: what a worker finds on the stage must be that
 * @param isHeld - whether the lease is still held; asked before anything is done again
 * @throws {ManymodelError} if the lease has moved on
 */
export async function trainLease(
  member: Member,
  lease: Lease,
  manifestSha256: string,
  isHeld: () => Promise<boolean>,
  fitTimeoutMs: number | null,
): Promise<SegmentInfo> {
  const { run, chunk, attempt } = lease;
  const place = attempt > 1 ? member.isolated : member;
  const timed = <Response>(request: object, printed?: (text: string) => void) =>
    withinLimit<Response>(member, place, request, fitTimeoutMs, printed);
  try {
    return await timed<SegmentInfo>({ type: "train", run, manifestSha256, chunk, attempt });
  } catch (error) {
    if (!(error instanceof WorkerLost || error instanceof TimedOut)) throw error;
  }
  const rows: PartitionOutcome[] = [];
  // Whether the worker has fitted nothing since it started, so that nobody before can have left anything behind.
  let clean = true;
  for (;;) {
    if (!(await isHeld())) throw new ManymodelError("conflict", `the lease of chunk ${chunk} is lost`);
    const request = { type: "train-one", run, manifestSha256, chunk, attempt, at: rows.length };
    let log = new BodyLog();
    const fit = () => {
      log = new BodyLog();
      return timed<PartitionOutcome | undefined>(request, (text) => log.add(text));
    };
    const row = await fit()
      .catch((error: unknown) => {
        if (clean || !(error instanceof WorkerLost)) throw error;
        clean = true;
        return fit();
      })
      .then(
        (fitted) => {
          clean = false;
          return fitted;
        },
        (error: unknown) => {
          clean = true;
          return place.call<PartitionOutcome>({ ...request, failed: { ...failureOf(error), log: log.end() } });
        },
      );
    if (row === undefined) return place.call<SegmentInfo>({ type: "keep", run, manifestSha256, chunk, attempt, rows });
    rows.push(row);
  }
}

/**
 * Describes the failure of the partition that a worker was lost with. @throws anything that is neither a loss nor a
 * timeout
 */
function failureOf(error: unknown): { type: FailureType; message: string } {
  if (error instanceof TimedOut)
    return { type: "timeout", message: `the body took longer than fit_timeout, ${error.limitMs / 1000} s` };
  if (!(error instanceof WorkerLost)) throw error;
  const message = error.message.replace(/^worker \S+ was lost: /, "its worker was lost: ");
  return { type: error.outOfMemory ? "out-of-memory" : "worker-lost", message };
}
