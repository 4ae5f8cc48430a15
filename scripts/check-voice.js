/**
 * Checks how comments, names and documents are written.
 *
 * - A doc comment does not open with a question word: a function's opens with a verb in the third person ("Returns …"), that
 *   of a type, constant or field with a noun phrase. Functions that open otherwise are counted, and their number only shrinks.
 * - A variable or a parameter is a noun, never a participle or a pronoun alone. A name that comes from a field
 *   (`const { found } = result`), or the remainder of an object or a list (`...rest`), is not one that its writer chose.
 * - A paragraph of a document has at most one semicolon. Code and tables do not count.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));

const QUESTIONS = new Set("What How Whether Where Which Why Who Whose When".split(" "));
const FORBIDDEN = new Set(
  (
    "asked begun drawn found given gone held kept known made meant own rest said seen sent shown stated such taken " +
    "those told wanted what which"
  ).split(" "),
);
/** Functions whose comment opens with no verb. Only shrinks: lower it with them. */
const WITHOUT_VERB = 66;

const problems = [];
let withoutVerb = 0;
let comments = 0;

for (const folder of ["src", "packages/forecast/src"])
  for (const name of readdirSync(path.join(root, folder), { recursive: true })) {
    if (!/\.tsx?$/.test(name)) continue;
    const file = path.join(folder, name);
    const source = ts.createSourceFile(file, readFileSync(path.join(root, file), "utf8"), ts.ScriptTarget.Latest, true);
    visit(source, source);
  }
if (withoutVerb > WITHOUT_VERB)
  problems.push(
    `${withoutVerb} comments of functions open without a verb, at most ${WITHOUT_VERB} may: open a new one as "Returns the …"`,
  );

const pages = readdirSync(path.join(root, "docs")).filter((name) => name.endsWith(".md"));
for (const file of ["README.md", "CONTRIBUTING.md", ...pages.map((name) => `docs/${name}`)])
  for (const { line, text } of paragraphs(readFileSync(path.join(root, file), "utf8"))) {
    const count = text.split(";").length - 1;
    if (count > 1)
      problems.push(`${file}:${line}: ${count} semicolons in a paragraph, one at most: a full stop is easier to read`);
  }

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${comments} doc comments, ${pages.length + 2} documents: no question words, no participles as names`);

function visit(node, source) {
  for (const doc of node.jsDoc ?? []) {
    comments++;
    checkComment(node, doc, source);
  }
  if (isChosen(node) && FORBIDDEN.has(node.name.text))
    problems.push(
      `${place(node.name, source)}: a variable is called ${node.name.text}: name what it holds, by a noun of the field`,
    );
  ts.forEachChild(node, (child) => visit(child, source));
}

function checkComment(node, doc, source) {
  const text = ts.getTextOfJSDocComment(doc.comment) ?? "";
  const [first = ""] = /^[A-Za-z]+/.exec(text) ?? [];
  if (QUESTIONS.has(first))
    problems.push(
      `${place(doc, source)}: a comment opens with ${first}: open a function's with a verb ("Returns …"), any other with a noun`,
    );
  else if (isFunction(node) && !/^[A-Z][a-z]*s$|^$/.test(first)) withoutVerb++;
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

/** Returns the paragraphs and list items of a document, without code, comments and tables, each with its first line. */
function paragraphs(document) {
  const blank = (text) => text.replace(/[^\n]/g, " ");
  const prose = document.replace(/```[\s\S]*?```|<!--[\s\S]*?-->|`[^`\n]*`|^\s*\|.*$/gm, blank);
  const result = [];
  for (const [i, line] of prose.split("\n").entries()) {
    if (/^\s*$/.test(line) || /^\s*(?:[-*]|\d+\.) /.test(line)) result.push({ line: i + 1, text: line });
    else if (result.length > 0) result.at(-1).text += ` ${line}`;
    else result.push({ line: i + 1, text: line });
  }
  return result;
}
