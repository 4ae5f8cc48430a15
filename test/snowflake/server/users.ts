import { randomUUID, verify } from "node:crypto";

/** The users who may log in, and their secrets. */
export interface Users {
  /** Public keys (PEM) of users in capitals, for key-pair authentication. */
  readonly publicKeys: Map<string, string>;
  /** Programmatic access tokens, each with its user. */
  readonly accessTokens: Map<string, string>;
  /** OAuth tokens that are valid now, each with its user. */
  readonly oauthTokens: Map<string, string>;
}

export const noUsers = (): Users => ({ publicKeys: new Map(), accessTokens: new Map(), oauthTokens: new Map() });

/** The account's locator: what containers are told as SNOWFLAKE_ACCOUNT. Others know the account as LOCAL. */
export const LOCATOR = "LOC12345";
/** The user of containers. */
export const SERVICE_USER = "SERVICE_USER";

/** Returns the user that the data of a login request prove, or undefined. */
export function authenticate(users: Users, data: Record<string, unknown>): string | undefined {
  const token = String(data.TOKEN ?? "");
  switch (data.AUTHENTICATOR) {
    case "SNOWFLAKE_JWT": {
      const [header, payload, signature] = token.split(".");
      if (signature === undefined) return undefined;
      const { sub } = JSON.parse(Buffer.from(payload!, "base64url").toString()) as { sub: string };
      const user = sub.split(".")[1]!;
      const key = users.publicKeys.get(user);
      if (key === undefined) return undefined;
      return verify("RSA-SHA256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url"))
        ? user
        : undefined;
    }
    case "OAUTH": {
      const user = users.oauthTokens.get(token);
      // "Container code must use SNOWFLAKE_HOST, SNOWFLAKE_ACCOUNT, and the OAuth token" (spcs-execute-sql).
      return user === SERVICE_USER && data.ACCOUNT_NAME !== LOCATOR ? undefined : user;
    }
    case "PROGRAMMATIC_ACCESS_TOKEN":
      return users.accessTokens.get(token);
    default:
      return undefined;
  }
}

/** Issues a fresh token for a user. */
export function issueToken(tokens: Map<string, string>, user: string): string {
  const token = randomUUID();
  tokens.set(token, user);
  return token;
}
