/** The line of the log for a request. It never holds a header, a query or a body. */
export interface RequestLine {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  /** The name of the token; null without a token. */
  readonly by: string | null;
}

/** Receives what a server logs. */
export interface Log {
  request(line: RequestLine): void;
  error(message: string, thrown: unknown): void;
}
