/** The messages of commands that the page starts. See `wire.ts`. */

/** The files that commands print to, the newest first. */
export interface CommandLogs {
  readonly logs: readonly { readonly name: string; readonly command: string; readonly startedAt: string }[];
}

/** The end of a file that a command prints to. */
export interface CommandLog {
  readonly name: string;
  readonly startedAt: string;
  readonly bytes: number;
  /** False where only the end of a long file is here. */
  readonly isWhole: boolean;
  readonly text: string;
}
