import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { show } from "../core/errors.ts";
import { type AccessMatrix, type Caller, mayDo } from "./access.ts";
import { Refusal } from "./refusal.ts";
import type { Tokens } from "./tokens.ts";

/** What the guard tells those behind it. */
export interface Guarded {
  Variables: { caller: Caller };
}

/** Who is let in. */
export interface Door {
  readonly matrix: AccessMatrix;
  readonly tokens: Tokens;
  /** Whether a token is needed even where none was ever made. */
  readonly tokensRequired: boolean;
  /** The names by which this server may be called (`Host`, without its port); null: any. */
  readonly hosts: readonly string[] | null;
  readonly clock: () => Date;
}

/** Host names that only this machine itself can be called by. */
export const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

/**
 * Middleware that lets a request through to its route if its caller may do that, by the token of its `Authorization:
 * Bearer` header; and no request that another site's page had a browser make: by another name (DNS rebinding), from
 * another origin, or as a form.
 */
export function guard({ matrix, tokens, tokensRequired, hosts, clock }: Door): MiddlewareHandler<Guarded> {
  const identify = (authorization: string | undefined): Caller | undefined => {
    if (authorization === undefined)
      return tokensRequired || tokens.exist() ? undefined : { name: null, role: "admin" };
    const [, text] = /^Bearer ([\w.-]+)$/i.exec(authorization) ?? [];
    return text === undefined ? undefined : tokens.verify(text, clock());
  };
  return async (c, next) => {
    const { req } = c;
    checkOrigin(req.header("Host"), req.header("Origin"), hosts);
    const route = matchedRoutes(c).findLast(({ method }) => method !== "ALL");
    if (route === undefined) throw new Refusal("not-found", `there is nothing at ${req.method} ${show(req.path)}`);
    const least = matrix[`${req.method} ${route.path.replace(/:(\w+)/g, "{$1}")}`];
    if (least !== "anyone") {
      const caller = identify(req.header("Authorization"));
      if (caller === undefined) {
        c.header("WWW-Authenticate", "Bearer");
        throw new Refusal("unauthorized", "a valid token is needed: Authorization: Bearer mm_…");
      }
      if (least === undefined || !mayDo(caller.role, least))
        throw new Refusal(
          "forbidden",
          `the token ${show(caller.name)} is of a ${caller.role}; this needs ${least ?? "more"}`,
        );
      c.set("caller", caller);
    }
    const type = req.header("Content-Type") ?? "";
    if (req.method === "POST" && !/^application\/json\s*(;|$)/i.test(type))
      throw new Refusal("unsupported", `Content-Type is ${show(type)}; it must be application/json`);
    await next();
  };
}

/** @throws {Refusal} `forbidden` if the request is for another host, or from another site */
function checkOrigin(host: string | undefined, origin: string | undefined, hosts: readonly string[] | null): void {
  const named = URL.parse(`http://${host ?? ""}`)?.hostname.replace(/^\[|\]$/g, "");
  if (hosts !== null && (named === undefined || !hosts.includes(named)))
    throw new Refusal("forbidden", `Host is ${show(host)}; this server is called ${hosts.join(" or ")} (serve.hosts)`);
  if (origin !== undefined && URL.parse(origin)?.host !== host)
    throw new Refusal("forbidden", `a page of ${show(origin)} may not use this server`);
}
