import type { PlainData } from "./columns/plain-data.ts";
import type { KeyColumn } from "./partition-key.ts";
import type { IndexSummary } from "./run.ts";

/** A registered, immutable model version: one record for any number of partitions. */
export interface ModelVersion {
  readonly model: string;
  readonly version: string;
  readonly createdAt: string;
  readonly runId: string;
  readonly index: IndexSummary;
  readonly definitionSha256: string;
  readonly definitionName: string;
  readonly keyColumns: readonly KeyColumn[];
  readonly keyArg: string;
  readonly exports: PlainData;
  readonly horizon: number;
  readonly packageVersion: string;
  readonly sourceFingerprint: string;
  readonly comment: string | null;
  /** The version of the same model that this version derives from, if any. */
  readonly parent?: string;
}

/** A name that points at one version of a model and can be moved to another. */
export interface ModelAlias {
  readonly model: string;
  readonly alias: string;
  readonly version: string;
  readonly changedAt: string;
}

/** The alias that is meant where no version is named. */
export const DEFAULT_ALIAS = "default";

/** The author and the time of a change to the registry. */
export interface Change {
  readonly by: string;
  readonly at: string;
}

/** A remark on a registered version. A comment has no name. */
export type Annotation =
  | { readonly kind: "metric"; readonly name: string; readonly value: number }
  | { readonly kind: "tag"; readonly name: string; readonly value: string }
  | { readonly kind: "comment"; readonly name: ""; readonly value: string };

/** The changes that a registry knows. */
export const REGISTRY_ACTIONS = [
  "create-version",
  "delete-version",
  "set-alias",
  "rollback-alias",
  "remove-alias",
  "annotate",
  "delete-run",
  "create-token",
  "revoke-token",
  "set-override",
  "remove-override",
  "add-note",
  "remove-note",
  "start-command",
  "cancel-run",
] as const;
export type RegistryAction = (typeof REGISTRY_ACTIONS)[number];

/** One change of the registry. Entries are never altered or deleted. */
export interface AuditEntry extends Change {
  readonly action: RegistryAction;
  /** Null for a change of a run or a token. */
  readonly model: string | null;
  readonly version: string | null;
  /** `alias` and the version it pointed at `before`; the annotation; the run; the token; the override; the note; the command. */
  readonly details: { readonly [name: string]: PlainData };
}

/** Returns the entry of the audit log for one change of a model's versions. */
export function auditEntry(
  action: RegistryAction,
  model: string,
  version: string | null,
  details: AuditEntry["details"],
  { at, by }: Change,
): AuditEntry {
  return { at, by, action, model, version, details };
}

/**
 * Returns the versions that an alias pointed at, oldest first, the last one being where it points now: moving it adds
 * one, rolling it back takes one away.
 *
 * @param entries - the audit entries of the model, oldest first
 */
export function aliasHistory(entries: readonly AuditEntry[], alias: string): string[] {
  const history: string[] = [];
  for (const { action, version, details } of entries) {
    if (details.alias !== alias) continue;
    if (action === "set-alias" && version !== null && history.at(-1) !== version) history.push(version);
    if (action === "rollback-alias") while (history.length > 0 && history.at(-1) !== version) history.pop();
    if (action === "remove-alias") history.length = 0;
  }
  return history;
}
