import type { Annotation, AuditEntry, Change, ModelAlias, ModelVersion } from "../core/registry.ts";

/** The move of an alias. */
export interface AliasMove {
  readonly model: string;
  readonly alias: string;
  /** The version it points at afterwards; null removes it. */
  readonly version: string | null;
  /** Move it only if it points at this version now; null: only if there is none of that name. */
  readonly expected?: string | null;
  /** True if this takes back a move (see `aliasHistory`). */
  readonly rollback?: boolean;
}

/**
 * Knows the registered versions, their aliases, and every change of them: each change is one transaction with its entry
 * in the audit log. Every engine passes `src/contract/versions.ts`.
 */
export interface Versions {
  /**
   * Records a version.
   *
   * @throws {ManymodelError} `conflict` if the model has a version or an alias of that name: versions never change
   */
  create(version: ModelVersion, change: Change): Promise<void>;
  /** Returns a version of a model, or undefined. */
  get(model: string, version: string): Promise<ModelVersion | undefined>;
  /** Returns the versions of a model, or of all models, newest first. */
  list(model?: string): Promise<ModelVersion[]>;
  /**
   * Deletes a version's record and annotations.
   *
   * @throws {ManymodelError} `not-found` for an unknown version, `conflict` while an alias points at it
   */
  remove(model: string, version: string, change: Change): Promise<void>;
  /**
   * Points an alias at a version, in one step.
   *
   * @throws {ManymodelError} `not-found` if the model has no such version, or no such alias to remove; `conflict` if a
   *   version has that name, or the alias does not point at the expected version
   */
  moveAlias(move: AliasMove, change: Change): Promise<void>;
  /** Returns the aliases of a model, or of all models, by model and name. */
  aliases(model?: string): Promise<ModelAlias[]>;
  /** Records a remark on a version, in place of an earlier one of that name. @throws {ManymodelError} `not-found` */
  annotate(model: string, version: string, annotation: Annotation, change: Change): Promise<void>;
  /** Returns the remarks on a version, by kind and name. */
  annotations(model: string, version: string): Promise<Annotation[]>;
  /** Adds an entry to the audit log that is not a change of a version. */
  note(entry: AuditEntry): Promise<void>;
  /** Returns the newest `limit` entries of the audit log, of one model or of all, oldest first. */
  audit(options: { readonly model?: string; readonly limit: number }): Promise<AuditEntry[]>;
  /** Brings all of a model's versions up to date in another registry, if one follows this registry. */
  sync?(model: string): Promise<void>;
}
