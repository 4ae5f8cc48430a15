import { randomUUID } from "node:crypto";
import { parseDuration } from "../../core/duration.ts";
import { ManymodelError, show } from "../../core/errors.ts";
import { type Override, OverridesInForce } from "../../core/override.ts";
import { decodeKey, encodeKey, type KeyColumn } from "../../core/partition-key.ts";
import { auditEntry } from "../../core/registry.ts";
import type { KeyArgument } from "../../model/define-model.ts";
import { formatTime, parseTime } from "../../model/interval.ts";
import { writeOverrides } from "../../registry/write-overrides.ts";
import { readOverrides } from "../../runs/read-overrides.ts";
import { TrainedModels } from "../../runs/trained-models.ts";
import { toKey } from "../run-spec.ts";
import { currentForecasts, type Workspace } from "../workspace.ts";

/** A partition: its key, or its encoded key. */
export type SeriesName = { readonly key: KeyArgument } | { readonly partitionKey: string };

/** A value in place of the forecast of one partition at one time. */
export type OverrideValue = SeriesName & {
  /** The time of the forecast, as the source has times: `2026-12-24`, or `2026-12-24 18:00:00`. */
  readonly time: string;
  /** The forecast that counts. */
  readonly value: number;
  /** The reason; that of the call when left out. */
  readonly reason?: string;
  /** The date, time (UTC) or duration after which it no longer counts; that of the call when left out. */
  readonly expires?: string;
};

/** The model, the reason and the expiry of overrides. */
export interface OverrideOptions {
  /** The model; `register.model` when left out. */
  readonly model?: string;
  readonly reason?: string;
  /** The expiry: a date, a time (UTC) or a duration such as `14d`; overrides do not expire when left out. */
  readonly expires?: string;
}

/** A choice of overrides. */
export type OverrideChoice = Partial<{ readonly key: KeyArgument; readonly partitionKey: string }> & {
  /** The model; `register.model` when left out. */
  readonly model?: string;
  /** The times; all of them when left out. */
  readonly times?: readonly string[];
};

/** An override in force. */
export interface ListedOverride {
  readonly model: string;
  readonly partitionKey: string;
  /** The time of the forecast, in the form of the source's times. */
  readonly time: string;
  readonly value: number;
  readonly reason: string;
  /** ISO 8601, in UTC; null if it does not expire. */
  readonly expiresAt: string | null;
  readonly by: string;
  readonly at: string;
}

/** The overrides that one change set or removed. */
export interface OverrideChange {
  readonly model: string;
  readonly changeId: string;
  readonly overrides: number;
}

/** The most overrides of one change. */
const MOST = 100_000;

/**
 * Values that planners set in place of forecasts. An override belongs to a model, a partition and a time. It counts
 * until it expires or is removed, whichever version forecasts, and leaves FORECAST unchanged. FORECAST_FINAL is the
 * override if there is one, otherwise FORECAST.
 */
export class Overrides {
  readonly #workspace: Workspace;
  readonly #actor: string;

  /** @param actor - the name of whoever makes changes, for the audit log */
  constructor(workspace: Workspace, actor: string) {
    this.#workspace = workspace;
    this.#actor = actor;
  }

  /** Returns the same overrides, which record their changes under another actor's name. */
  as(actor: string): Overrides {
    return new Overrides(this.#workspace, actor);
  }

  /**
   * Sets all overrides, or none. For the same partition and time the last override counts.
   *
   * @throws {ManymodelError} `not-found` for a partition that the default version does not have; `usage` for a value
   *   that is not a finite number, an invalid time, a missing reason, an expiry that has passed, and a model without
   *   dates
   */
  async set(values: readonly OverrideValue[], options: OverrideOptions = {}): Promise<OverrideChange> {
    const now = new Date();
    if (values.length === 0) throw new ManymodelError("usage", "there are no overrides to set; give at least 1 value");
    if (values.length > MOST)
      throw new ManymodelError("usage", `there are ${values.length} overrides; set at most ${MOST} at once`);
    const series = await this.#series(options.model);
    const change = { changeId: randomUUID(), model: series.model, by: this.#actor, at: now.getTime() };
    const rows = values.map((one, i): Override => {
      const place = values.length === 1 ? "" : ` (override ${i + 1})`;
      if (!Number.isFinite(one.value))
        throw new ManymodelError("usage", `the override is ${show(one.value)}${place}; it must be a finite number`);
      const reason = (one.reason ?? options.reason ?? "").trim();
      if (reason === "") throw new ManymodelError("usage", `the override has no reason${place}; give one`);
      const expires = one.expires ?? options.expires;
      const expiresAt = expires === undefined ? NaN : expiry(expires, now);
      const { value } = one;
      return { ...change, partitionKey: series.keyOf(one), time: series.timeOf(one.time), value, reason, expiresAt };
    });
    await this.#write(rows, "set-override");
    return { model: series.model, changeId: change.changeId, overrides: rows.length };
  }

  /**
   * Removes the overrides in force of a partition, at the given times or at all times, so that FORECAST counts again.
   *
   * @throws {ManymodelError} `not-found` if none is in force
   */
  async remove(
    choice: OverrideChoice = {},
    { reason = "" }: { readonly reason?: string } = {},
  ): Promise<OverrideChange> {
    const chosen = await this.#inForce(choice);
    if (chosen.length === 0)
      throw new ManymodelError(
        "not-found",
        "no such override is in force; manymodel override list shows the overrides in force",
      );
    const change = { changeId: randomUUID(), by: this.#actor, at: Date.now(), value: NaN, expiresAt: NaN, reason };
    await this.#write(
      chosen.map(({ model, partitionKey, time }) => ({ model, partitionKey, time, ...change })),
      "remove-override",
    );
    const [{ model }] = chosen as [Override];
    return { model, changeId: change.changeId, overrides: chosen.length };
  }

  /** Lists the overrides in force, by partition and time. */
  async list(choice: OverrideChoice = {}): Promise<ListedOverride[]> {
    return (await this.#inForce(choice)).map(listed);
  }

  async #inForce(choice: OverrideChoice): Promise<Override[]> {
    const rows = await readOverrides(this.#workspace.engine);
    const model = choice.model ?? this.#workspace.config.register.model;
    if (rows.length === 0) return [];
    const series = await this.#series(choice.model);
    const { key, partitionKey, times } = choice;
    const encodedKey = key !== undefined ? series.encoded({ key }) : partitionKey;
    const moments = times && new Set(times.map(series.timeOf));
    return new OverridesInForce(rows)
      .all(Date.now())
      .filter((row) => row.model === model)
      .filter((row) => encodedKey === undefined || row.partitionKey === encodedKey)
      .filter((row) => moments === undefined || moments.has(row.time));
  }

  /** Reads the keys and times of a model's partitions by its default version. */
  async #series(model = this.#workspace.config.register.model) {
    const { engine, models } = this.#workspace;
    const version = await models.get(model);
    const { time, finder } = await new TrainedModels(engine.stage, 0).open(version);
    const encoded = (of: SeriesName) =>
      "partitionKey" in of ? of.partitionKey : encodedKey(version.keyColumns, of.key);
    return {
      model,
      encoded,
      keyOf(of: SeriesName): string {
        const partitionKey = encoded(of);
        if (finder.places(partitionKey).length === 0)
          throw new ManymodelError("not-found", `${model} ${version.version} has no partition ${show(partitionKey)}`);
        return partitionKey;
      },
      timeOf(text: string): number {
        const type = time?.type;
        if (type !== "date" && type !== "timestamp")
          throw new ManymodelError("usage", `${model} forecasts steps without dates, so it can have no overrides`);
        const moment = parseTime(type, text.trim().replace(/Z$/, ""));
        if (Number.isNaN(moment))
          throw new ManymodelError("usage", `${show(text)} is not a time; write 2026-12-24 or 2026-12-24 18:00:00`);
        return moment;
      },
    };
  }

  async #write(rows: readonly Override[], action: "set-override" | "remove-override"): Promise<void> {
    const [first] = rows;
    if (first === undefined) return;
    const { engine, config } = this.#workspace;
    const { changeId, model, partitionKey, reason, at } = first;
    const partitions = new Set(rows.map((row) => row.partitionKey)).size;
    const details = {
      ...{ change: changeId, overrides: rows.length, partitions },
      ...(partitions === 1 && { partition: partitionKey }),
      ...(rows.length === 1 && { time: textOf(first.time) }),
      ...(rows.length === 1 && !Number.isNaN(first.value) && { value: first.value }),
      ...(reason !== "" && { reason }),
    };
    const by = { by: this.#actor, at: new Date(at).toISOString() };
    await writeOverrides(engine, rows, auditEntry(action, model, null, details, by));
    await engine.views.showForecasts(currentForecasts(config));
  }
}

function encodedKey(keyColumns: readonly KeyColumn[], key: KeyArgument): string {
  const names = keyColumns.map(({ name }) => name);
  const encoded = encodeKey(keyColumns, toKey(names, key));
  decodeKey(encoded);
  return encoded;
}

/** Returns the moment that an expiry means. @throws {ManymodelError} `usage` if it is none, or has passed */
function expiry(text: string, now: Date): number {
  const isDuration = /^P|^\d+(\.\d+)?\s*[a-z]+$/i.test(text);
  const moment = isDuration
    ? now.getTime() + parseDuration("expires", text)
    : Date.parse(/[Zz]$|[+-]\d\d:?\d\d$/.test(text) || !/[T ]/.test(text) ? text : `${text.replace(" ", "T")}Z`);
  if (Number.isNaN(moment))
    throw new ManymodelError("usage", `expires is ${show(text)}; write a date, a time (UTC) or a duration such as 14d`);
  if (moment <= now.getTime())
    throw new ManymodelError("usage", `expires is ${show(text)}, which has passed; name a later time`);
  return moment;
}

/** Returns a time as the source has it: a date where it is one. */
const textOf = (time: number) => formatTime(time % 86_400_000 === 0 ? "date" : "timestamp", time);

function listed({ model, partitionKey, time, value, reason, expiresAt, by, at }: Override): ListedOverride {
  const expires = Number.isNaN(expiresAt) ? null : new Date(expiresAt).toISOString();
  const changed = new Date(at).toISOString();
  return { model, partitionKey, time: textOf(time), value, reason, expiresAt: expires, by, at: changed };
}
