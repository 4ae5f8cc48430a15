import { ManymodelError, messageOf } from "../core/errors.ts";

/**
 * A schema of any library that follows Standard Schema, version 1 (Zod, Valibot, ArkType, …).
 *
 * @see https://standardschema.dev
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** The types, which exist for the compiler only. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** The value that a schema returns, or the issues of its input. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** A rule that a value breaks. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * Returns the value that a schema makes of another.
 *
 * @param subject - the name of the value, for messages
 * @throws {ManymodelError} `usage`, naming the first key that breaks a rule, and the rule
 */
export async function parseWith<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
  subject: string,
): Promise<Output> {
  let result: SchemaResult<Output>;
  try {
    result = await schema["~standard"].validate(value);
  } catch (cause) {
    throw new ManymodelError("usage", `${subject}: the schema failed: ${messageOf(cause)}`, { cause });
  }
  if (result.issues === undefined) return result.value;
  const [first] = result.issues;
  const keys = (first?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part));
  throw new ManymodelError(
    "usage",
    `${[subject, ...keys].join(".")}: ${first?.message ?? "it does not match the schema"}`,
  );
}
