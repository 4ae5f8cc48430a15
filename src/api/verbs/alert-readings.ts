import { type ColumnBatch, type ColumnInfo, getColumn } from "../../core/columns/column.ts";
import { parseDuration } from "../../core/duration.ts";
import { formatTime } from "../../model/interval.ts";
import {
  dueEvents,
  groupEvents,
  isQuietHour,
  type ReadingEvent,
  type ReportedReading,
  readingEvents,
  type SentAlert,
} from "../../monitor/reading-alerts.ts";
import { type Delivery, postWebhook } from "../../monitor/webhook.ts";
import type { BatchSummary } from "../../pipeline/score-batch.ts";
import type { Output } from "../../ports/output.ts";
import { pause } from "../../stages/pause.ts";
import type { Workspace } from "../workspace.ts";

/** The alerts of a batch of readings, sent and held back. */
export interface ReadingAlerts {
  /** Number of events of the batch, and of those that were due. */
  readonly events: number;
  readonly due: number;
  /** The delivery of the alerts; null if none was due. */
  readonly webhook: Delivery | null;
}

/** The table of alerts that were sent: one row each. */
const READING_ALERTS = "READING_ALERTS";
const COLUMNS: readonly ColumnInfo[] = [
  { name: "MODEL_NAME", type: "string" },
  { name: "PARTITION_KEY", type: "string" },
  { name: "KIND", type: "string" },
  { name: "SINCE", type: "string" },
  { name: "SENT_AT", type: "timestamp" },
];
const QUIET = "1h";
const TIMEOUT = "10s";
/** Events of a kind that an alert names. */
const NAMED = 100;

/**
 * Sends by POST what a batch of readings reported to the webhook of `batch.alerts`, as one document of events by kind, and records in
 * READING_ALERTS what was sent. What could not be sent is due again after the next batch.
 *
 * @returns null where the configuration has no alerts
 */
export async function alertReadings(
  { engine, config }: Workspace,
  { model, version, outputTable, batchId }: BatchSummary,
  now: Date,
): Promise<ReadingAlerts | null> {
  const { alerts } = config.batch;
  if (alerts === undefined) return null;
  const reported = await reportedReadings(engine.output, outputTable, { model, version });
  const events = readingEvents(reported).filter(
    ({ kind }) => alerts.kinds === undefined || alerts.kinds.includes(kind),
  );
  const quietMs = parseDuration("batch.alerts.quiet", alerts.quiet ?? QUIET);
  const isHeld = alerts.quiet_hours !== undefined && isQuietHour(now.getTime(), alerts.quiet_hours);
  const due = isHeld ? [] : dueEvents(events, await sentAlerts(engine.output, model), { now: now.getTime(), quietMs });
  const counts = { events: events.length, due: due.length };
  if (due.length === 0) return { ...counts, webhook: null };
  const document = { model, version, outputTable, at: now.toISOString(), ...counts, kinds: groupEvents(due, NAMED) };
  const timeout = parseDuration("batch.alerts.timeout", alerts.timeout ?? TIMEOUT);
  const webhook = await postWebhook(alerts.webhook, document, timeout, pause);
  if (webhook.delivered) await recordAlerts(engine.output, { model, batchId, due, now });
  return { ...counts, webhook };
}

async function reportedReadings(
  output: Output,
  table: string,
  { model, version }: Pick<BatchSummary, "model" | "version">,
): Promise<ReportedReading[]> {
  const names = ["KIND", "MODEL_NAME", "MODEL_VERSION", "PARTITION_KEY", "SINCE", "STEP", "VALUE", "EXPECTED", "SCORE"];
  const batch = await output.published(table, null, names);
  const text = (name: string) => textsOf(batch, name);
  const number = (name: string) => numbersOf(batch, name);
  const [kinds, models, versions, keys, since] = ["KIND", "MODEL_NAME", "MODEL_VERSION", "PARTITION_KEY", "SINCE"].map(
    text,
  );
  const [steps, values, expected, scores] = ["STEP", "VALUE", "EXPECTED", "SCORE"].map(number);
  const finite = (value: number | undefined) => (Number.isFinite(value) ? (value ?? null) : null);
  return Array.from({ length: batch.length }, (_, row) => row).flatMap((row) =>
    models?.[row] === model && versions?.[row] === version
      ? [
          {
            partitionKey: keys?.[row] ?? "",
            kind: kinds?.[row] ?? "",
            since: since?.[row] ?? "",
            step: steps?.[row] ?? 0,
            value: finite(values?.[row]),
            expected: expected?.[row] ?? NaN,
            score: finite(scores?.[row]),
          },
        ]
      : [],
  );
}

/** Returns a column as numbers; NaN where it has none. */
function numbersOf(batch: ColumnBatch, name: string): number[] {
  const { values } = getColumn(batch, name);
  return Array.from({ length: batch.length }, (_, row) => Number(values[row] ?? NaN));
}

/** Returns a column as texts: times as they are shown. */
function textsOf(batch: ColumnBatch, name: string): string[] {
  const { type, values } = getColumn(batch, name);
  return Array.from({ length: batch.length }, (_, row) =>
    type === "date" || type === "timestamp" ? formatTime(type, Number(values[row])) : String(values[row]),
  );
}

async function sentAlerts(output: Output, model: string): Promise<SentAlert[]> {
  const batch = await output.published(READING_ALERTS, null, [
    ...["MODEL_NAME", "PARTITION_KEY", "KIND", "SINCE", "SENT_AT"],
  ]);
  if (batch.length === 0) return [];
  const [models, keys, kinds, since] = ["MODEL_NAME", "PARTITION_KEY", "KIND", "SINCE"].map((name) =>
    textsOf(batch, name),
  );
  const sentAt = numbersOf(batch, "SENT_AT");
  return sentAt.flatMap((time, row) =>
    models?.[row] === model
      ? [{ partitionKey: keys?.[row] ?? "", kind: kinds?.[row] ?? "", since: since?.[row] ?? "", sentAt: time }]
      : [],
  );
}

interface Sent {
  readonly model: string;
  readonly batchId: string;
  readonly due: readonly ReadingEvent[];
  readonly now: Date;
}

async function recordAlerts(output: Output, { model, batchId, due, now }: Sent): Promise<void> {
  await output.create(READING_ALERTS, COLUMNS);
  const text = (values: string[]) => ({ type: "string", values }) as const;
  const columns: ColumnBatch["columns"] = {
    MODEL_NAME: text(due.map(() => model)),
    PARTITION_KEY: text(due.map(({ partitionKey }) => partitionKey)),
    KIND: text(due.map(({ kind }) => kind)),
    SINCE: text(due.map(({ since }) => since)),
    SENT_AT: { type: "timestamp", values: new Float64Array(due.length).fill(now.getTime()) },
  };
  await output.publish(READING_ALERTS, batchId, [await output.write(READING_ALERTS, { length: due.length, columns })]);
}
