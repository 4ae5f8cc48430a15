import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { show } from "../core/errors.ts";
import { type AccessMatrix, type Caller, mayDo } from "./access.ts";
import { Refusal } from "./refusal.ts";
import type { Tokens } from "./tokens.ts";

/** The values that the guard hands to the routes behind it. */
export interface Guarded {
  Variables: { caller: Caller };
}

/** The rules of entry. */
export interface Door {
  readonly matrix: AccessMatrix;
  readonly tokens: Tokens;
  /** True if a token is needed even where none was ever made. */
  readonly tokensRequired: boolean;
  /** The names by which this server may be called (`Host`, without its port); null: any. */
  readonly hosts: readonly string[] | null;
  readonly clock: () => Date;
  /** The header by which a proxy that is trusted says who asks. */
  readonly callerHeader?: string;
}

/** Host names that only this machine itself can be called by. */
export const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

/**
 * Returns middleware that lets a request through to its route if its caller may do that, by the token of its `Authorization:
 * Bearer` header; and no request that another site's page had a browser make: by another name (DNS rebinding), from
 * another origin, or as a form.
 */
export function guard({
  matrix,
  tokens,
  tokensRequired,
  hosts,
  clock,
  callerHeader,
}: Door): MiddlewareHandler<Guarded> {
  const methodsAt = allowedMethods(matrix);
  const identify = (authorization: string | undefined, user: string | undefined): Caller | undefined => {
    if (user !== undefined && user !== "") return { name: user, role: "viewer" };
    if (authorization === undefined)
      return tokensRequired || tokens.exist() ? undefined : { name: null, role: "admin" };
    const [, text] = /^Bearer ([\w.-]+)$/i.exec(authorization) ?? [];
    return text === undefined ? undefined : tokens.verify(text, clock());
  };
  return async (c, next) => {
    const { req } = c;
    checkOrigin(req.header("Host"), req.header("Origin"), hosts);
    const route = matchedRoutes(c).findLast(({ method }) => method !== "ALL");
    if (route === undefined) {
      const allowed = methodsAt(req.path);
      if (allowed.length === 0) throw new Refusal("not-found", `there is nothing at ${req.method} ${show(req.path)}`);
      c.header("Allow", allowed.join(", "));
      throw new Refusal("method-not-allowed", `${show(req.path)} answers ${allowed.join(", ")}, not ${req.method}`);
    }
    // HEAD is GET without the body (RFC 9110, section 9.3.2), and needs the same role.
    const method = req.method === "HEAD" ? "GET" : req.method;
    const least = matrix[`${method} ${route.path.replace(/:(\w+)/g, "{$1}")}`];
    if (least !== "anyone") {
      const caller = identify(
        req.header("Authorization"),
        callerHeader === undefined ? undefined : req.header(callerHeader),
      );
      if (caller === undefined) {
        c.header("WWW-Authenticate", "Bearer");
        throw new Refusal("unauthorized", "a valid token is needed: Authorization: Bearer mm_…");
      }
      if (least === undefined || !mayDo(caller.role, least))
        throw new Refusal(
          "forbidden",
          least === undefined
            ? `${show(req.path)} has no rule that says who may use it`
            : `the token ${show(caller.name)} has the role ${caller.role}; this needs ${least}`,
        );
      c.set("caller", caller);
    }
    if (req.method === "POST") checkContent(req.header("Content-Type") ?? "", req.header("Content-Encoding"));
    await next();
  };
}

/** @throws {Refusal} `unsupported` if a body is of another type than JSON, or compressed */
function checkContent(type: string, encoding = "identity"): void {
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new Refusal("unsupported", `Content-Type is ${show(type)}; it must be application/json`);
  if (encoding.toLowerCase() !== "identity")
    throw new Refusal("unsupported", `Content-Encoding is ${show(encoding)}; the body must not be compressed`);
}

/** Returns a function that returns the methods that a path answers, none if there is nothing at it. */
function allowedMethods(matrix: AccessMatrix): (path: string) => string[] {
  const routes = Object.keys(matrix).map((route) => {
    const [method = "", path = ""] = route.split(" ");
    const pattern = path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+");
    return { methods: method === "GET" ? ["GET", "HEAD"] : [method], pattern: new RegExp(`^${pattern}$`) };
  });
  return (path) => routes.flatMap(({ methods, pattern }) => (pattern.test(path) ? methods : []));
}

/** @throws {Refusal} `forbidden` if the request is for another host, or from another site */
function checkOrigin(host: string | undefined, origin: string | undefined, hosts: readonly string[] | null): void {
  const named = URL.parse(`http://${host ?? ""}`)?.hostname.replace(/^\[|\]$/g, "");
  if (hosts !== null && (named === undefined || !hosts.includes(named)))
    throw new Refusal("forbidden", `Host is ${show(host)}; this server is called ${hosts.join(" or ")} (serve.hosts)`);
  if (origin !== undefined && URL.parse(origin)?.host !== host)
    throw new Refusal("forbidden", `a page of ${show(origin)} may not use this server`);
}
