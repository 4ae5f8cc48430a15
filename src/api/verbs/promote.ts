import { placeOf } from "../../config/place.ts";
import { ManymodelError } from "../../core/errors.ts";
import { GATE_METRICS, type GateMetric, type GateReason } from "../../core/gate.ts";
import { decodeKey } from "../../core/partition-key.ts";
import type { ModelVersion } from "../../core/registry.ts";
import { checkCount } from "../../core/run.ts";
import { during } from "../../ports/activity.ts";
import { type Judgement, judgeVersions } from "../../registry/judge-versions.ts";
import { type LongCallOptions, runContext } from "../run-context.ts";
import type { Workspace } from "../workspace.ts";

/** The alias to move, and the conditions. Options left out come from the configuration's `pipeline.promote`. */
export interface PromoteOptions extends LongCallOptions {
  /** The model; `register.model` when left out. */
  readonly model?: string;
  /** The new version; the newest when left out. */
  readonly version?: string;
  /** The alias; `register.alias` when left out. */
  readonly alias?: string;
  /** Default `wape`. */
  readonly metric?: GateMetric;
  /** The largest ratio of the new version's metric to that of the alias's current version; default 1.02. */
  readonly atMost?: number;
  /** The most partitions without a model: an integer, or a share below 1; default 0.01. */
  readonly maxFailed?: number;
  /** The largest share of new observations outside the 95 % intervals of the alias's current version; default 0.5. */
  readonly maxOutside?: number;
  /** The number of last observations of each partition to forecast; `train.holdout` when left out. */
  readonly holdout?: number;
  readonly workers?: number;
}

/** The outcome of the gate. */
export interface Promotion {
  readonly model: string;
  readonly alias: string;
  /** The version that was judged. */
  readonly candidate: string;
  /** The version that the alias pointed at before; null if there was none. */
  readonly previous: string | null;
  /** The version that the alias points at now. */
  readonly version: string;
  /** True if the alias points at the candidate now. */
  readonly promoted: boolean;
  /** The comparison; null if there was nothing to compare. */
  readonly judgement: Judgement | null;
  /** A sentence for people that states the outcome. */
  readonly message: string;
}

/** The number of partitions that a message names. */
const NAMED = 3;

/**
 * Moves an alias to a new version, if that version forecasts the last observations of each partition as well as the version that
 * the alias means, has models for enough partitions, and was not trained on new observations that are implausible to the other.
 * Without a version that the alias means, the new one passes.
 *
 * @throws {ManymodelError} `usage` without an alias or a holdout; `not-found` for an unknown version; `conflict` if somebody
 *   moves the alias meanwhile
 */
export async function promote(workspace: Workspace, options: PromoteOptions = {}): Promise<Promotion> {
  const { config, engine, models } = workspace;
  const { register, source, train, pipeline } = config;
  const configured = pipeline?.promote;
  const { model = register.model, alias = register.alias } = options;
  if (alias === undefined)
    throw new ManymodelError(
      "usage",
      `${placeOf(config, "pipeline.promote")} moves an alias, but there is none; add register.alias, such as champion`,
    );
  const candidate = await newestOr(workspace, model, options.version);
  const current = await meantBy(workspace, model, alias);
  const moved = { model, alias, candidate: candidate.version, version: candidate.version, promoted: true };
  if (current?.version === candidate.version)
    return {
      ...moved,
      previous: current.version,
      judgement: null,
      message: `${alias} is ${candidate.version} already`,
    };
  if (current === undefined) {
    await models.setAlias(model, alias, candidate.version, null);
    const message = `${alias} is ${candidate.version}, the first version`;
    return { ...moved, previous: null, judgement: null, message };
  }
  const holdout = options.holdout ?? configured?.holdout ?? train.holdout;
  if (holdout === 0)
    throw new ManymodelError(
      "usage",
      "train.holdout is 0, so there are no observations to compare versions on; set pipeline.promote.holdout",
    );
  checkCount("holdout", holdout);
  const rule = {
    metric: options.metric ?? configured?.metric ?? GATE_METRICS[0],
    atMost: options.atMost ?? configured?.at_most ?? 1.02,
    maxFailed: options.maxFailed ?? configured?.max_failed ?? 0.01,
    maxOutside: options.maxOutside ?? configured?.max_outside ?? 0.5,
  };
  const { target } = candidate.exports as { readonly target?: unknown };
  const spec = {
    candidate,
    current,
    rule,
    holdout,
    target: typeof target === "string" ? target : (source?.target ?? "Y"),
    workers: options.workers ?? engine.workers.parallelism,
  };
  const judgement = await during({ phase: "register", run: candidate.runId }, () =>
    judgeVersions(engine, spec, runContext(engine, options)),
  );
  const judged = { ...moved, previous: current.version, judgement };
  if (!judgement.passes) {
    const message = `${candidate.version} does not replace ${current.version} as ${alias}: ${judgement.reasons.map((reason) => sentence(reason, judgement, { ...spec, rule })).join("; ")}. If it should: manymodel model alias ${model} ${alias} ${candidate.version}`;
    return { ...judged, version: current.version, promoted: false, message };
  }
  await models.setAlias(model, alias, candidate.version, current.version);
  const { ratio } = judgement;
  const message = `${alias} is ${candidate.version}, with ${ratio === null ? "" : number(ratio)} times the ${rule.metric} of ${current.version}`;
  return { ...judged, message };
}

/** Returns the version that an alias means; undefined without such an alias. */
export async function meantBy(
  { models, engine }: Workspace,
  model: string,
  alias: string,
): Promise<ModelVersion | undefined> {
  const target = (await models.aliases(model)).find((entry) => entry.alias === alias);
  return target && engine.versions.get(model, target.version);
}

async function newestOr({ models }: Workspace, model: string, version: string | undefined): Promise<ModelVersion> {
  if (version !== undefined) return models.get(model, version);
  return (await models.versions(model))[0] ?? models.get(model);
}

/** Names what breaks the rule, and the partitions that do. */
function sentence(
  reason: GateReason,
  { ratio, failedShare, outsideShare, evidence, unjudged, culprits }: Judgement,
  { current, rule, holdout }: Parameters<typeof judgeVersions>[1],
): string {
  const some = culprits.filter((culprit) => culprit.reason === reason);
  const named = some
    .slice(0, NAMED)
    .map(({ partitionKey, why }) => `${decodeKey(partitionKey).key.map(String).join(", ")}: ${why}`)
    .join("; ");
  const list = some.length === 0 ? "" : ` (${named}${some.length > NAMED ? "; …" : ""})`;
  switch (reason) {
    case "errors":
      return `its ${rule.metric} is ${number(ratio ?? NaN)} times that of ${current.version} over the last ${holdout} observations of ${evidence.judged} partitions, more than at_most ${rule.atMost}${list}`;
    case "failed":
      return `${percent(failedShare)} of its partitions have no model, more than max_failed ${rule.maxFailed}${list}`;
    case "outside":
      return `${percent(outsideShare ?? NaN)} of the ${evidence.fresh} new observations are outside the 95 % intervals of ${current.version}, more than max_outside ${rule.maxOutside}${list}`;
    case "no-evidence":
      return `none of its partitions can be compared with ${current.version}: ${unjudged} have fewer than ${2 * holdout} observations or no forecast; set a smaller pipeline.promote.holdout`;
  }
}

const number = (value: number) => String(Number(value.toPrecision(4)));
const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;
