import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { ManymodelError, messageOf, show } from "../core/errors.ts";
import { checkName } from "../core/run.ts";
import type { Role } from "./access.ts";

/** The record of a token, without its secret. */
export interface Token {
  /** The holder's name, under which the audit log records changes. */
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the secret, in hexadecimal. The secret is 256 random bits, so that no salt is needed. */
  readonly sha256: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** The tokens of a workspace, which the server, the dashboard and the command line share. */
export interface Tokens {
  /**
   * Makes a token.
   *
   * @returns its text, which is not stored anywhere
   * @throws {ManymodelError} `conflict` if there is or was a token of that name
   */
  create(
    spec: { readonly name: string; readonly role: Role; readonly expiresAt: Date | null },
    now: Date,
  ): Promise<string>;
  /** Returns all tokens, revoked ones included, by name. */
  list(): Promise<Token[]>;
  /**
   * Revokes a token, at once and permanently. @throws {ManymodelError} `not-found`; `conflict` if it was revoked before
   */
  revoke(name: string, now: Date): Promise<void>;
  /** Returns the token with this text, or undefined if there is none, or it has expired or was revoked. */
  verify(text: string, now: Date): Token | undefined;
  /** Tells whether there is or was a token. If so, every caller needs one. */
  exist(): boolean;
}

const FORM = /^mm_([A-Za-z0-9][A-Za-z0-9_.-]{0,127})_([A-Za-z0-9_-]{43})$/;
const hash = (secret: string) => createHash("sha256").update(secret).digest();

/**
 * Returns tokens as files of a folder that only its owner can read: one a token, named by its name, so that two processes never
 * write the same one. A server sees at its next request what was made or revoked.
 */
export function folderTokens(folder: string): Tokens {
  const fileOf = (name: string) => path.join(folder, `${checkName("token", name)}.json`);
  const newTemporary = () => path.join(folder, `.${randomUUID()}.tmp`);
  const names = (files: readonly string[]) => files.filter((file) => /^[^.].*\.json$/.test(file)).sort();
  const parse = (text: string, file: string): Token => {
    try {
      return JSON.parse(text) as Token;
    } catch (cause) {
      throw new ManymodelError("corrupt", `${file} is not a readable token; delete it`, { cause });
    }
  };
  const cache = new Map<string, { readonly stamp: string; readonly token: Token }>();
  /** Returns the token of a name's file, read again when the file was changed. */
  const current = (name: string): Token | undefined => {
    const file = fileOf(name);
    const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const stamp = `${stats.ino} ${stats.mtimeNs} ${stats.size}`;
    const cached = cache.get(name);
    if (cached?.stamp === stamp) return cached.token;
    const token = parse(readFileSync(file, "utf8"), file);
    cache.set(name, { stamp, token });
    return token;
  };
  let hasTokens = false;
  const text = (token: Token) => `${JSON.stringify(token, undefined, 2)}\n`;
  return {
    async create({ name, role, expiresAt }, now) {
      const file = fileOf(name);
      const secret = randomBytes(32).toString("base64url");
      const [createdAt, sha256] = [now.toISOString(), hash(secret).toString("hex")];
      const token = { name, role, sha256, createdAt, expiresAt: expiresAt?.toISOString() ?? null, revokedAt: null };
      const temporary = newTemporary();
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        // A full disk leaves part of a file, which would keep the door shut. Unlike a rename, a link replaces no other token.
        await writeFile(temporary, text(token), { flag: "wx", mode: 0o600 });
        await link(temporary, file);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== "EEXIST")
          throw new ManymodelError("storage", `cannot write the token ${file}: ${messageOf(cause)}`, { cause });
        throw new ManymodelError("conflict", `there is or was a token called ${show(name)}; choose another name`);
      } finally {
        await rm(temporary, { force: true });
      }
      return `mm_${name}_${secret}`;
    },
    async list() {
      const files = existsSync(folder) ? names(await readdir(folder)) : [];
      return Promise.all(
        files.map(async (name) => {
          const file = path.join(folder, name);
          return parse(await readFile(file, "utf8"), file);
        }),
      );
    },
    async revoke(name, now) {
      const token = current(name);
      if (token === undefined)
        throw new ManymodelError("not-found", `there is no token ${show(name)}; see "manymodel token list"`);
      if (token.revokedAt !== null)
        throw new ManymodelError("conflict", `token ${show(name)} was revoked ${token.revokedAt}`);
      const temporary = newTemporary();
      await writeFile(temporary, text({ ...token, revokedAt: now.toISOString() }), { flag: "wx", mode: 0o600 });
      await rename(temporary, fileOf(name));
    },
    verify(candidate, now) {
      const [, name, secret] = FORM.exec(candidate) ?? [];
      const token = name === undefined ? undefined : current(name);
      if (token === undefined || secret === undefined) return undefined;
      if (!timingSafeEqual(hash(secret), Buffer.from(token.sha256, "hex"))) return undefined;
      const ended = token.expiresAt !== null && Date.parse(token.expiresAt) <= now.getTime();
      return ended || token.revokedAt !== null ? undefined : token;
    },
    exist() {
      // What was made once stays, revoked or not.
      hasTokens ||= statSync(folder, { throwIfNoEntry: false }) !== undefined && names(readdirSync(folder)).length > 0;
      return hasTokens;
    },
  };
}
