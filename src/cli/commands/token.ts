import { type Command, Option } from "commander";
import { ROLES, type Role } from "../../serving/access.ts";
import type { Tokens } from "../../serving/tokens.ts";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer } from "../option.ts";
import { formatTable } from "../table.ts";

/** `manymodel token …`: who may use what is served. */
export function addToken(token: Command): void {
  addCommand(token, "create", "create a token; its text is printed once and stored nowhere")
    .requiredOption("--name <name>", "the holder's name, as the audit log shows it")
    .addOption(new Option("--role <role>", "the role").choices(ROLES).makeOptionMandatory())
    .option("--days <n>", "days of validity; by default it never expires", integer(1))
    .action(async (options: CommonOptions & { name: string; role: Role; days?: number }) => {
      const { name, role, days } = options;
      const token = await withTokens(options, async (tokens) => {
        const now = new Date();
        const expiresAt = days === undefined ? null : new Date(now.getTime() + days * 86_400_000);
        const text = await tokens.create({ name, role, expiresAt }, now);
        return { name, role, expiresAt: expiresAt?.toISOString() ?? null, token: text };
      });
      print({ json: token, text: token.token }, options);
    });
  addCommand(token, "list", "list the tokens, without their text").action(async (options: CommonOptions) => {
    const all = await withTokens(options, (tokens) => tokens.list());
    const json = all.map(({ sha256: _, ...shown }) => shown);
    const rows = json.map(({ name, role, createdAt, expiresAt, revokedAt }) => [
      ...[name, role, createdAt, expiresAt ?? "never", revokedAt],
    ]);
    const text =
      rows.length === 0 ? "There is no token." : formatTable(["name", "role", "made", "expires", "revoked"], rows);
    print({ json, text }, options);
  });
  addCommand(token, "revoke <name>", "revoke a token, at once and permanently").action(
    async (name: string, options: CommonOptions) => {
      await withTokens(options, (tokens) => tokens.revoke(name, new Date()));
      print({ json: { name }, text: `Token ${name} is revoked.` }, options);
    },
  );
}

async function withTokens<T>(options: CommonOptions, work: (tokens: Tokens) => Promise<T>): Promise<T> {
  const { workspaceTokens } = await import("../../serving/workspace-tokens.ts");
  return withWorkspace(options, (mm) => work(workspaceTokens(mm)));
}
