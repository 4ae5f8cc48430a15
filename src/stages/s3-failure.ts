import { type ErrorKind, ManymodelError, messageOf } from "../core/errors.ts";

/** Failures by S3's name for them (in `name`, or as the answer's status), and the remedy. */
const FAILURES: readonly (readonly [code: RegExp, kind: ErrorKind, what: string])[] = [
  [/^(NoSuchKey|NotFound)$/, "not-found", "is not on the stage"],
  [/^NoSuchBucket$/, "config", "has no such bucket; create it, or correct the stage's url"],
  [
    /^(AccessDenied|AllAccessDisabled|Forbidden|403)$/,
    "config",
    "access denied; the credentials need s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket there",
  ],
  [
    /^(InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken)$/,
    "config",
    "the credentials are not accepted; renew or correct them",
  ],
  [
    /^CredentialsProviderError$/,
    "config",
    "no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
  ],
  [
    /^(RequestTimeTooSkewed|RequestExpired)$/,
    "config",
    "this machine's clock differs from the service's; set it by NTP",
  ],
  [
    /^(PermanentRedirect|AuthorizationHeaderMalformed|301)$/,
    "config",
    "the bucket is in another region; set the stage's region",
  ],
  [/^(SlowDown|ServiceUnavailable|InternalError|500|503)$/, "storage", "the service is overloaded or down; try again"],
  [/^PreconditionFailed$/, "storage", "was replaced while it was being read; try again"],
];

/** Returns an error of the S3 client as this package says it. */
export function s3Failure(error: unknown, where: string): ManymodelError {
  const { name = "", $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const codes = [name, String($metadata?.httpStatusCode)];
  const failure = FAILURES.find(([code]) => codes.some((word) => code.test(word)));
  const options = { cause: error };
  const suffix = name === "" ? "" : ` (${name})`;
  if (/^Region is missing/.test(messageOf(error)))
    return new ManymodelError("config", `${where}: no region; set AWS_REGION, or the stage's region`, options);
  if (failure !== undefined) {
    const [, kind, reason] = failure;
    const link = /^(is|was) /.test(reason) ? " " : ": ";
    return new ManymodelError(kind, `${where}${link}${reason}${kind === "not-found" ? "" : suffix}`, options);
  }
  return new ManymodelError("storage", `${where}: ${messageOf(error)}${suffix}; try again`, options);
}
