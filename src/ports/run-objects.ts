/** Something that an engine was asked to make for a run, and that is neither a row nor a file. */
export interface RunObject {
  readonly kind: "task" | "service" | "function";
  readonly name: string;
  /** The run that it was made for; null: whatever run needs it, which makes it again where it is missing. */
  readonly run: string | null;
}

/** The objects that runs leave behind beside rows and files, where an engine has any. */
export interface RunObjects {
  /** Returns all that there are, of whatever run; or those that were made for one. */
  list(run?: string): Promise<RunObject[]>;
  /** Ends and removes some; one that is gone already is no error. */
  remove(objects: readonly RunObject[]): Promise<void>;
}
