/**
 * Checks how comments, names and documents are written.
 *
 * - A doc comment does not open with a question word: a function's opens with a verb in the third person ("Returns …"), that
 *   of a type, constant or field with a noun phrase.
 * - A variable or a parameter is a noun, never a participle or a pronoun alone. A name that comes from a field
 *   (`const { found } = result`), or the remainder of an object or a list (`...rest`), is not one that its writer chose.
 * - A paragraph of a document has at most one semicolon. Code and tables do not count.
 * - A document calls a thing by the glossary's word, and by no synonym.
 * - A test's title does not open with a question word: it states what is true.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));

const QUESTIONS = new Set("What How Whether Where Which Why Who Whose When".split(" "));
/** Words that end as a verb in the third person does, and are none. */
const NO_VERBS = new Set(
  (
    "Arrays As Bars Buffers Coefficients Columns Dates Days Derivatives Folds Integers Its Lengths Lines Means Methods Minus " +
    "Parameters Parts Paths Quantiles Readings Residuals Rows Sales Statements Tables Tasks This Thus Times Values Variances " +
    "Versions Views Weights Workers"
  ).split(" "),
);
const FORBIDDEN = new Set(
  (
    "asked begun drawn found given gone held kept known made meant own rest said seen sent shown stated such taken " +
    "those told wanted what which"
  ).split(" "),
);

/** The words of docs/glossary.md and of the field, each with synonyms that documents do not use. */
const SYNONYMS = {
  boolean: /\btruth values?\b/i,
  chunk: /\bwork items?\b/i,
  continue: /\b(?:go|goes|going|gone|went) on\b(?! (?:a|an|the)\b)/i,
  correct: /\bmend(?:s|ed|ing)?\b/i,
  holdout: /\bhold-outs?\b|\b(?:test|validation) sets?\b/i,
  horizon: /\blook-?ahead\b|\b(?:forecast|prediction) horizons?\b/i,
  "new version": /\bchallengers?\b/i,
  retrain: /\bre-train/i,
  "rolling origin": /\bback-?test/i,
  start: /\bbegun\b/i,
  table: /\bdata-? ?sets?\b/i,
  timestamp: /\btime-? stamps?\b/i,
  update: /\b(?:take|takes|took|taken|taking) in\b/i,
};

const problems = [];
let comments = 0;

const FOLDERS = [
  "src",
  "packages/forecast/src",
  "test",
  "packages/forecast/test",
  "scripts",
  "bench",
  "examples",
  "bin",
];
for (const folder of FOLDERS)
  for (const name of readdirSync(path.join(root, folder), { recursive: true })) {
    if (!/\.(?:tsx?|m?js)$/.test(name) || name.includes("node_modules")) continue;
    const file = path.join(folder, name);
    const source = ts.createSourceFile(file, readFileSync(path.join(root, file), "utf8"), ts.ScriptTarget.Latest, true);
    visit(source, source);
  }

for (const folder of ["test", "packages/forecast/test"])
  for (const name of readdirSync(path.join(root, folder), { recursive: true })) {
    if (!name.endsWith(".test.ts")) continue;
    const file = path.join(folder, name);
    const lines = readFileSync(path.join(root, file), "utf8").split("\n");
    for (const [i, line] of lines.entries()) {
      const [, title] = /\b(?:it|test|describe)(?:\.\w+)*\((?:.*\)\()?["`]([^"`]+)/.exec(line) ?? [];
      if (title !== undefined && /^(?:what|whatever|how|whether|where|which|why|who|whose|when)\b/i.test(title))
        problems.push(`${file}:${i + 1}: the title "${title}" opens with a question word: state what is true`);
    }
  }

const pages = readdirSync(path.join(root, "docs")).filter((name) => name.endsWith(".md"));
for (const file of ["README.md", "CONTRIBUTING.md", ...pages.map((name) => `docs/${name}`)]) {
  const document = readFileSync(path.join(root, file), "utf8");
  for (const { line, text } of paragraphs(withoutTables(document))) {
    const count = text.split(";").length - 1;
    if (count > 1)
      problems.push(`${file}:${line}: ${count} semicolons in a paragraph, one at most: a full stop is easier to read`);
  }
  for (const { line, text } of paragraphs(document))
    for (const [term, synonyms] of Object.entries(SYNONYMS)) {
      const [synonym] = synonyms.exec(text) ?? [];
      if (synonym !== undefined)
        problems.push(`${file}:${line}: "${synonym}": write ${term}, so that a thing has one word (docs/glossary.md)`);
    }
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${comments} doc comments, ${pages.length + 2} documents: no question words, no participles as names`);

function visit(node, source) {
  // A comment above a declaration's own is of the file.
  for (const [i, doc] of (node.jsDoc ?? []).entries()) {
    comments++;
    checkComment(i === node.jsDoc.length - 1 && isFunction(node), doc, source);
  }
  if (isChosen(node) && FORBIDDEN.has(node.name.text))
    problems.push(
      `${place(node.name, source)}: a variable is called ${node.name.text}: name what it holds, by a noun of the field`,
    );
  ts.forEachChild(node, (child) => visit(child, source));
}

function checkComment(isOfFunction, doc, source) {
  const text = ts.getTextOfJSDocComment(doc.comment) ?? "";
  const [first = ""] = /^[A-Za-z]+/.exec(text) ?? [];
  if (QUESTIONS.has(first))
    problems.push(
      `${place(doc, source)}: a comment opens with ${first}: open a function's with a verb ("Returns …"), any other with a noun`,
    );
  else if (isOfFunction && !opensWithVerb(text))
    problems.push(
      `${place(doc, source)}: a function's comment opens with "${text.slice(0, 20)}": open it with a verb, such as "Returns the …"`,
    );
}

/** Tells whether a comment opens with a verb in the third person, or names the command that a function is. */
function opensWithVerb(text) {
  const [first = ""] = /^[A-Z][a-z]*s(?![\w–])/.exec(text) ?? [];
  return text === "" || text.startsWith("`manymodel ") || (first !== "" && !NO_VERBS.has(first));
}

function isFunction(node) {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isMethodSignature(node)) return true;
  if (!ts.isVariableStatement(node)) return false;
  return node.declarationList.declarations.some(({ initializer }) => initializer && ts.isArrowFunction(initializer));
}

/** Tells whether a declaration gives a name that its writer chose. */
function isChosen(node) {
  if (node.name === undefined || !ts.isIdentifier(node.name)) return false;
  if (ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node)) return true;
  if (node.dotDotDotToken !== undefined) return false;
  if (ts.isParameter(node)) return true;
  return ts.isBindingElement(node) && (node.propertyName !== undefined || ts.isArrayBindingPattern(node.parent));
}

function place(node, source) {
  return `${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`;
}

function withoutTables(document) {
  return document.replace(/^[ \t]*\|.*$/gm, "");
}

/** Returns the paragraphs and list items of a document, without code and comments, each with its first line. */
function paragraphs(document) {
  const blank = (text) => text.replace(/[^\n]/g, " ");
  const prose = document.replace(/```[\s\S]*?```|<!--[\s\S]*?-->|`[^`\n]*`/gm, blank);
  const result = [];
  for (const [i, line] of prose.split("\n").entries()) {
    if (/^\s*$/.test(line) || /^\s*(?:[-*]|\d+\.) /.test(line)) result.push({ line: i + 1, text: line });
    else if (result.length > 0) result.at(-1).text += ` ${line}`;
    else result.push({ line: i + 1, text: line });
  }
  return result;
}
