import { ManymodelError } from "./errors.ts";

/**
 * Returns the host and database of a PostgreSQL address. Errors say what is wrong of it after its name, and never show it: it may hold
 * a password.
 *
 * @throws {ManymodelError} `config` for what is none, or holds a password
 */
export function postgresPlace(url: string, name = "postgres.url"): string {
  let parsed: URL;
  try {
    // A host may be left out, and is then in the query or the environment.
    parsed = new URL(url.replace(/^(postgres(ql)?:\/\/)([^/@]*@)?\//, "$1$3localhost/"));
  } catch (cause) {
    throw new ManymodelError("config", `${name} is not an address; write postgresql://user@host:port/database`, {
      cause,
    });
  }
  if (!/^postgres(ql)?:$/.test(parsed.protocol))
    throw new ManymodelError("config", `${name} begins with ${parsed.protocol}; write postgresql://user@host/database`);
  if (parsed.password !== "" || parsed.searchParams.has("password"))
    throw new ManymodelError(
      "config",
      `${name} holds a password, which would be in files and on command lines; leave it out, and use PGPASSWORD or ~/.pgpass`,
    );
  const socket = parsed.searchParams.get("host");
  return `${socket ?? parsed.host}${parsed.pathname}`;
}
