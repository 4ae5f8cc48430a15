import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type ErrorKind, ManymodelError, messageOf } from "../core/errors.ts";

/** The reasons for refusing a request, besides the kinds of errors that are not HTTP's. */
export type RefusalKind =
  | ErrorKind
  | "unauthorized"
  | "forbidden"
  | "method-not-allowed"
  | "too-slow"
  | "too-large"
  | "unsupported"
  | "busy"
  | "timeout";

const STATUS: Readonly<Record<RefusalKind, ContentfulStatusCode>> = {
  usage: 400,
  input: 400,
  unauthorized: 401,
  forbidden: 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "too-slow": 408,
  conflict: 409,
  "too-large": 413,
  unsupported: 415,
  config: 500,
  corrupt: 500,
  storage: 500,
  internal: 500,
  busy: 503,
  timeout: 504,
};

/** A request that is not answered; its message is one line and may be seen by whoever asked. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly kind: RefusalKind;
  constructor(kind: RefusalKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The answer to an error: the status, and `{ error: { kind, message } }`. */
export interface ErrorAnswer {
  readonly status: ContentfulStatusCode;
  readonly body: { readonly error: { readonly kind: RefusalKind; readonly message: string } };
  /** True for a mistake of this program, which is told to the log alone. */
  readonly unexpected: boolean;
}

/** Returns the answer to whatever was thrown. */
export function answerTo(thrown: unknown): ErrorAnswer {
  const isExpected = thrown instanceof Refusal || thrown instanceof ManymodelError;
  // The HTTP framework's own: a body that is not JSON.
  const malformed = !isExpected && (thrown as { status?: unknown } | null)?.status === 400;
  const kind = isExpected ? thrown.kind : malformed ? "input" : "internal";
  const message = isExpected || malformed ? messageOf(thrown) : "something went wrong; the server's log says what";
  return { status: STATUS[kind], body: { error: { kind, message } }, unexpected: kind === "internal" };
}
