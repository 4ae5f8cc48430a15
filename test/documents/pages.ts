import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A block of code in a document, and the comment above it that says what becomes of it. */
interface Block {
  readonly page: string;
  readonly language: string;
  /** `run`, `script`, `file` or `not run`; undefined without a comment. */
  readonly how: string | undefined;
  readonly name: string;
  readonly code: string;
}

/** The documents that people write; those of docs/api are generated. */
export const PAGES = [
  "README.md",
  "packages/forecast/README.md",
  ...readdirSync(path.join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
export const BLOCKS = PAGES.flatMap((page): Block[] => {
  const text = readFileSync(path.join(root, page), "utf8");
  const matches = text.matchAll(
    /(?:<!-- (not run|run|script|file)(?:: ([^>]*?))? -->\n)?^```(sh|js|ts)\n([\s\S]*?)^```/gm,
  );
  return [...matches].map(([, how, name = "", language, code]) => ({
    page,
    how,
    name,
    language: language!,
    code: code!,
  }));
});
