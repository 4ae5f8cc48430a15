import type { AdviseSpec, Evidence, Profile } from "./advice.ts";

/** Reasons that are told one by one. */
const MOST_REASONS = 5;

/** Lists facts about the source that matter before training, beside the verdict. */
export function notesOf(spec: AdviseSpec, profile: Profile, evidence: Evidence): string[] {
  const notes: string[] = [];
  const total = Math.max(1, profile.sampled - profile.unusable.length);
  if (evidence.horizon < spec.horizon)
    notes.push(`Horizon ${spec.horizon} was shortened to ${evidence.horizon}: a third of the median series.`);
  if (profile.periodFrom === "found")
    notes.push(
      `The configuration's period is 1; ${Math.round(100 * profile.periodShare)} % of the sample have the period ${profile.period}, which was taken. Set source.period: auto, or ${profile.period} for all series.`,
    );
  if (profile.periodFrom === "rule")
    notes.push(
      `By source.period ${Math.round(100 * profile.periodShare)} % of the sample have the period ${profile.period}, which was taken for all of it.`,
    );
  if (profile.periodFrom === "none found") notes.push("The period is 1, and the sample shows no other that is common.");
  const intervals = new Set(Object.keys(profile.intervals).map((interval) => interval.replace(/@.*/, "")));
  if (intervals.size > 1)
    notes.push(
      `The series have different intervals: ${[...intervals].join(", ")}. If all are alike, few observations hide it: set source.interval.`,
    );
  const slow = profile.demand.intermittent + profile.demand.lumpy;
  if (slow > 0)
    notes.push(
      `${slow} of ${total} series are intermittent: methods such as sba, tsb or adida are made for them; best tries them.`,
    );
  if (evidence.ownToNaive.low > 1)
    notes.push(
      "Repeating the last season does better than the cheap model: hard to beat, so check better methods against snaive.",
    );
  else if (evidence.ownToNaive.high >= 1)
    notes.push(
      "The cheap model is not clearly better than repeating the last season; compare better methods with snaive.",
    );
  const usable = profile.covariates.filter(({ type }) => type === "number" || type === "integer" || type === "boolean");
  if (usable.length > 0)
    notes.push(
      `Columns that may explain the target, if known ahead: ${usable.map(({ name }) => name).join(", ")}. They were not used here; the built-in store-sales takes them.`,
    );
  notes.push(...unusableNotes(profile.unusable));
  if (profile.withGaps > 0.5) notes.push("Most series have gaps; steps without a row count as missing, not as 0.");
  return notes;
}

/** Counts the partitions that cannot be used, by reason, the most frequent first, with one example each. */
function unusableNotes(unusable: Profile["unusable"]): string[] {
  const groups = new Map<string, { count: number; first: string }>();
  for (const { partition, reason } of unusable) {
    const group = groups.get(reason) ?? { count: 0, first: partition };
    group.count++;
    groups.set(reason, group);
  }
  const sorted = [...groups].sort((a, b) => b[1].count - a[1].count);
  const notes = sorted.slice(0, MOST_REASONS).map(([reason, { count, first }]) => {
    const subject = count === 1 ? "1 sampled partition" : `${count} sampled partitions`;
    return `${subject} cannot be used: ${reason} (${count === 1 ? "" : "such as "}${first}).`;
  });
  const others = sorted.slice(MOST_REASONS).reduce((sum, [, { count }]) => sum + count, 0);
  return others === 0 ? notes : [...notes, `${others} more cannot be used, for other reasons; --json names each.`];
}
