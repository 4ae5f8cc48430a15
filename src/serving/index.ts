/**
 * Serves a workspace over HTTP, as `manymodel serve` does, and manages the tokens of those who ask.
 *
 * @module
 */
export type { Role } from "./access.ts";
export type { Log, RequestLine } from "./log.ts";
export { type RunningServer, type ServerOptions, startServer } from "./server.ts";
export type { Token, Tokens } from "./tokens.ts";
export { workspaceTokens } from "./workspace-tokens.ts";
