/**
 * Prints the Flesch reading ease of documents: 206.835 - 1.015 words/sentences - 84.6 syllables/words (R. Flesch, A new
 * readability yardstick, 1948, doi:10.1037/h0057532). 60 to 70 is plain English, 50 to 60 fairly difficult.
 *
 * Code, tables, headings, comments and addresses do not count. A list item ends a sentence. A word's syllables are its
 * groups of vowels, without a silent final e and -ed, and at least one.
 *
 * With `--check`, fails where the guide is below 50. Without names, it takes README.md and every page of docs/.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const LEAST = { "docs/guide.md": 50 };

const named = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const pages = readdirSync(`${root}docs`).filter((name) => name.endsWith(".md"));
const files = named.length > 0 ? named : ["README.md", ...pages.map((name) => `docs/${name}`)];
for (const file of files) {
  const { ease, words, sentences } = readingEase(readFileSync(`${root}${file}`, "utf8"));
  console.log(`${ease.toFixed(1).padStart(6)}  ${file} (${words} words, ${(words / sentences).toFixed(1)} a sentence)`);
  if (process.argv.includes("--check") && ease < (LEAST[file] ?? 0)) {
    console.error(`${file} is hard to read: its reading ease must be at least ${LEAST[file]}; shorten its sentences`);
    process.exitCode = 1;
  }
}

function readingEase(text) {
  const prose = text
    .replace(/```[\s\S]*?```/g, "\n\n")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/^(#.*|\s*\|.*)$/gm, "\n")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/`[^`]*`/g, "")
    .replace(/https?:\S+/g, "");
  const sentences = prose
    .split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )|[.!?](?=\s|$)/)
    .map((sentence) => sentence.match(/[A-Za-z][A-Za-z'’]*/g) ?? [])
    .filter((sentence) => sentence.length > 0);
  const words = sentences.flat();
  const syllables = words.reduce((sum, word) => sum + syllablesOf(word), 0);
  const ease = 206.835 - (1.015 * words.length) / sentences.length - (84.6 * syllables) / words.length;
  return { ease, words: words.length, sentences: sentences.length };
}

function syllablesOf(word) {
  const spoken = word.toLowerCase().replace(/(?:[^laeiouy]es|[^td]ed|[^laeiouy]e)$/, (end) => end[0]);
  return Math.max(1, spoken.match(/[aeiouy]+/g)?.length ?? 0);
}
