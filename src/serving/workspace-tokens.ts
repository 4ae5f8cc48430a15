import path from "node:path";
import type { ManyModel } from "../api/many-model.ts";
import { folderTokens, type Tokens } from "./tokens.ts";

/**
 * Returns the tokens of a workspace, from the folder that the configuration names. The audit log records who created
 * and revoked them.
 */
export function workspaceTokens({ config, models }: ManyModel): Tokens {
  const { directory, workspace, serve } = config;
  const tokens = folderTokens(path.resolve(directory, serve.tokens ?? path.join(workspace, "tokens")));
  return {
    ...tokens,
    async create(spec, now) {
      const text = await tokens.create(spec, now);
      await models.logToken("create-token", { token: spec.name, role: spec.role });
      return text;
    },
    async revoke(name, now) {
      await tokens.revoke(name, now);
      await models.logToken("revoke-token", { token: name });
    },
  };
}
