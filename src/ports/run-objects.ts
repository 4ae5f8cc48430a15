/** Something that an engine was asked to make for a run, and that is neither a row nor a file. */
export interface RunObject {
  readonly kind: "task" | "service" | "function";
  readonly name: string;
  /** The run that it was made for; null: whatever run needs it, which makes it again where it is missing. */
  readonly run: string | null;
}

/** The objects that runs leave behind in addition to rows and files, if an engine has any. */
export interface RunObjects {
  /** Returns the objects of all runs, or of one run. */
  list(run?: string): Promise<RunObject[]>;
  /** Ends and removes objects; an object that is already gone is not an error. */
  remove(objects: readonly RunObject[]): Promise<void>;
}
