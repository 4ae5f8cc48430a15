import type { ManyModel } from "../api/many-model.ts";
import { ManymodelError } from "../core/errors.ts";
import type { AccessMatrix } from "./access.ts";
import { type Door, LOOPBACK } from "./guard.ts";
import { workspaceTokens } from "./workspace-tokens.ts";

/**
 * Opens the door at an address of this machine. It lets in callers with one of the workspace's tokens. As long as none
 * was ever made and nobody else can ask, it lets in the user of the machine.
 *
 * @throws {ManymodelError} `config` if others than this machine could ask without a token
 */
export function openDoor(mm: ManyModel, host: string, matrix: AccessMatrix, clock: () => Date): Door {
  const { serve } = mm.config;
  const tokens = workspaceTokens(mm);
  const isLocal = LOOPBACK.includes(host);
  const tokensRequired = !isLocal || serve.hosts.length > 0;
  const callerHeader = serve.caller_header;
  if (tokensRequired && callerHeader === undefined && !tokens.exist())
    throw new ManymodelError(
      "config",
      `${isLocal ? "serve.hosts opens" : `host ${host} opens`} the server to other machines, but there is no token; create one: manymodel token create --name NAME --role viewer`,
    );
  const hosts = isLocal || serve.hosts.length > 0 ? [...(isLocal ? LOOPBACK : []), ...serve.hosts] : null;
  return { matrix, tokens, tokensRequired, hosts, clock, ...(callerHeader !== undefined && { callerHeader }) };
}
