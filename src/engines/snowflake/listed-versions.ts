import type { ModelVersion } from "../../core/registry.ts";
import type { Names } from "./names.ts";
import type { Session } from "./session.ts";
import { modelStatements } from "./sql/models.ts";

/** A version of a MODEL, as the account lists it. */
export interface ListedVersion {
  readonly aliases: readonly string[];
  readonly isDefault: boolean;
  readonly comment: string;
  /** The metadata of a version, of which `mm` is this package's: without it, the version is somebody else's. */
  readonly metadata: {
    /** Once it is logged, its metrics and the checksum of its index; once it is described, its metrics. */
    readonly metrics?: Readonly<Record<string, unknown>>;
    readonly mm?: { readonly run?: string; readonly index_sha256?: string; readonly parameters?: readonly string[] };
  };
}

/** The parameters of `predict` of a version that is logged now: those of `many_model.py`. */
export const PARAMETERS: readonly string[] = ["horizon", "levels", "advance", "completion", "lead_time"];

/** Returns the parameters that `predict` of a version takes; those of the first release where the metadata do not say. */
export const parametersOf = ({ metadata }: ListedVersion): readonly string[] =>
  metadata.mm?.parameters ?? PARAMETERS.slice(0, 4);

/** Returns the versions of a MODEL by name; none without such a MODEL. */
export async function listedVersions(
  session: Session,
  names: Names,
  model: string,
): Promise<ReadonlyMap<string, ListedVersion>> {
  const sql = modelStatements(names);
  if (!(await session.records(sql.models(model), 0)).some(({ name }) => name === model)) return new Map();
  const rows = await session.records(sql.versions(model), 0);
  return new Map(
    rows.map(({ name, aliases, is_default_version: isDefault, comment, metadata }) => {
      const listed: ListedVersion = {
        aliases: parsed<string[]>(aliases ?? null, []),
        isDefault: String(isDefault) === "true",
        comment: String(comment ?? ""),
        metadata: parsed<ListedVersion["metadata"]>(metadata ?? null, {}),
      };
      return [String(name), listed];
    }),
  );
}

/** Tells whether a version of a MODEL was made from the same index. */
export function isMadeFrom({ metadata: { mm } }: ListedVersion, { runId, index }: ModelVersion): boolean {
  return mm?.run === runId && mm.index_sha256 === index.sha256;
}

/** Tells whether a version of a MODEL was logged from the same index, described or not. */
export function isLoggedFrom(listed: ListedVersion, version: ModelVersion): boolean {
  const { mm, metrics } = listed.metadata;
  return isMadeFrom(listed, version) || (mm === undefined && metrics?.index_sha256 === version.index.sha256);
}

function parsed<T>(value: unknown, otherwise: T): T {
  if (value === null || value === "") return otherwise;
  return typeof value === "string" ? (JSON.parse(value) as T) : (value as T);
}
