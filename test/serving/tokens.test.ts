import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { folderTokens } from "../../src/serving/tokens.ts";
import { temporaryFolder } from "../workspace.ts";

const NOW = new Date("2026-01-01T00:00:00Z");
const later = (ms: number) => new Date(NOW.getTime() + ms);

describe("tokens", () => {
  it("are known by their text until they expire or are revoked, and kept without it", async () => {
    const folder = path.join(await temporaryFolder(), "tokens");
    const tokens = folderTokens(folder);
    expect(tokens.exist()).toBe(false);
    expect(await tokens.list()).toEqual([]);
    const a = await tokens.create({ name: "a.b_c", role: "viewer", expiresAt: null }, NOW);
    const b = await tokens.create({ name: "b", role: "admin", expiresAt: later(1000) }, NOW);
    expect(a).toMatch(/^mm_a\.b_c_[\w-]{43}$/);
    expect(tokens.exist()).toBe(true);
    expect(tokens.verify(a, later(1e12))).toMatchObject({ name: "a.b_c", role: "viewer" });
    expect(tokens.verify(b, later(999))).toMatchObject({ role: "admin" });
    expect(tokens.verify(b, later(1000))).toBeUndefined();
    const files = await readdir(folder);
    for (const file of files) {
      const text = await readFile(path.join(folder, file), "utf8");
      for (const token of [a, b]) expect(text).not.toContain(token.slice(-43));
      expect((await stat(path.join(folder, file))).mode & 0o777).toBe(0o600);
    }
    expect((await stat(folder)).mode & 0o777).toBe(0o700);

    // Another process revokes it: who has seen it before notices.
    await folderTokens(folder).revoke("a.b_c", NOW);
    expect(tokens.verify(a, NOW)).toBeUndefined();
    expect(tokens.exist()).toBe(true);
    expect(await tokens.list()).toMatchObject([{ name: "a.b_c", revokedAt: NOW.toISOString() }, { name: "b" }]);
    await expect(tokens.revoke("a.b_c", NOW)).rejects.toThrow("was revoked");
    await expect(tokens.revoke("c", NOW)).rejects.toThrow('no token "c"');
    await expect(tokens.create({ name: "a.b_c", role: "admin", expiresAt: null }, NOW)).rejects.toThrow("is or was");
  });

  it("are none that only look like one", async () => {
    const tokens = folderTokens(await temporaryFolder());
    const a = await tokens.create({ name: "a", role: "viewer", expiresAt: null }, NOW);
    const b = await tokens.create({ name: "b", role: "admin", expiresAt: null }, NOW);
    const secret = a.slice(-43);
    const wrong = [
      ...["", "mm_", secret, `mm_b_${secret}`, `mm_c_${secret}`, `mm_../a_${secret}`, `mm_a_${b.slice(-43)}`],
      ...[a.slice(0, -1), `${a}x`, a.toUpperCase(), ` ${a}`, `${a}\n`, `mm_a_${"A".repeat(43)}`, `mm_.a_${secret}`],
    ];
    for (const text of wrong) expect(tokens.verify(text, NOW), text).toBeUndefined();
    for (const name of ["../x", "", "a/b", ".a", "a b", "ä"])
      await expect(tokens.create({ name, role: "viewer", expiresAt: null }, NOW)).rejects.toThrow("is not allowed");
  });

  it("made under one name at the same time are one", async () => {
    const tokens = folderTokens(await temporaryFolder());
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => tokens.create({ name: "x", role: "viewer", expiresAt: null }, NOW)),
    );
    const [winner, ...others] = outcomes.filter((result) => result.status === "fulfilled");
    expect(others).toEqual([]);
    expect(tokens.verify(winner!.value, NOW)).toMatchObject({ name: "x" });
  });

  it("that hold no token keep the door shut", async () => {
    const folder = path.join(await temporaryFolder(), "tokens");
    await mkdir(folder);
    await writeFile(path.join(folder, "a.json"), "{");
    const tokens = folderTokens(folder);
    expect(() => tokens.verify(`mm_a_${"A".repeat(43)}`, NOW)).toThrow("not a readable token");
    expect(tokens.exist()).toBe(true);
  });

  it("in a path that is no folder do not count as missing", async () => {
    const file = path.join(await temporaryFolder(), "tokens");
    await writeFile(file, "");
    await expect(folderTokens(file).list()).rejects.toThrow("ENOTDIR");
  });

  const isRoot = process.getuid?.() === 0;
  it.skipIf(isRoot)(`that cannot be read keep the door shut${isRoot ? ": root may read everything" : ""}`, async () => {
    const folder = path.join(await temporaryFolder(), "tokens");
    await mkdir(folder);
    const tokens = folderTokens(folder);
    await chmod(folder, 0);
    expect(() => tokens.exist()).toThrow("EACCES");
    await chmod(folder, 0o700);
  });
});
