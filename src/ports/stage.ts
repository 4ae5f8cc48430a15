/** The address of a stage, also for a worker on another machine. It holds no credentials. */
export type StageAddress = {
  /** `file:///…` or the path of a directory, or `s3://bucket/prefix`. */
  readonly url: string;
  /** The endpoint of an S3-compatible service; the environment's or Amazon's when left out. */
  readonly endpoint?: string;
  readonly region?: string;
  /** True if the bucket is named in the path of a request instead of its host name. */
  readonly forcePathStyle?: boolean;
};

/**
 * Holds artifacts as named, immutable byte strings. Paths are relative, their parts joined by `/`. Every engine passes
 * `src/contract/stage.ts`.
 */
export interface Stage {
  /** Stores bytes under a path, whole or not at all; a second put of the same path replaces the first. */
  put(path: string, bytes: Uint8Array): Promise<void>;
  /** Returns the bytes under a path. @throws {ManymodelError} `not-found` if there are none */
  get(path: string): Promise<Uint8Array>;
  /** Returns all paths that start with `prefix` (whole path parts, as `runs/a/`), sorted. */
  list(prefix: string): Promise<string[]>;
  /** Deletes every path that starts with `prefix`; returns how many. */
  remove(prefix: string): Promise<number>;
}
