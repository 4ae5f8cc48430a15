/**
 * Checks what the type checker takes on trust, and how many parameters functions have.
 *
 * A non-null `!` claims what nothing checks. Outside of the numerics each room has a budget of them, for hot loops in
 * which a check would cost, and a room that is not listed has none. Budgets only shrink: a room with fewer fails too,
 * until its number here is lowered. No function has more than five parameters: what travels together is one typed
 * argument. `as any` is refused.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Room of `src` → non-null `!` in it. */
const BUDGET = { advise: 8, core: 9, model: 2 };
/** As many as all rooms together may have. */
const MOST = 50;
const MOST_PARAMETERS = 5;
/** Rooms whose needless `!` are being removed. Temporary: this list must end empty. */
const UNFINISHED = ["api", "cli", "dashboard"];

const problems = [];
const counts = new Map(Object.keys(BUDGET).map((room) => [room, 0]));
let files = 0;
for (const folder of ["src", "packages/forecast/src"])
  for (const name of readdirSync(path.join(root, folder), { recursive: true })) {
    if (!/\.tsx?$/.test(name)) continue;
    files++;
    const file = path.join(folder, name);
    const source = ts.createSourceFile(file, readFileSync(path.join(root, file), "utf8"), ts.ScriptTarget.Latest, true);
    const room = folder === "src" ? name.split(path.sep)[0] : undefined;
    visit(source, source, room);
  }
for (const [room, count] of counts) {
  const budget = BUDGET[room] ?? 0;
  if (count === budget || UNFINISHED.includes(room)) continue;
  problems.push(
    count > budget
      ? `src/${room} has ${count} non-null "!", ${budget} at most; check, or write the code so that nothing is claimed`
      : `src/${room} has ${count} non-null "!"; lower its budget of ${budget} in scripts/check-claims.js`,
  );
}
const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
if (total > MOST && UNFINISHED.length === 0) problems.push(`src has ${total} non-null "!", ${MOST} at most`);
for (const problem of problems) console.error(problem);
console.log(`${files} files, ${total} non-null "!" in src, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);

/** Counts the claims of a node and those below it, and notes what is refused. */
function visit(node, source, room) {
  const refuse = (why) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    problems.push(`${source.fileName}:${line + 1}: ${why}`);
  };
  if (ts.isNonNullExpression(node) && room !== undefined) counts.set(room, (counts.get(room) ?? 0) + 1);
  if (ts.isAsExpression(node) && node.type.kind === ts.SyntaxKind.AnyKeyword) refuse("as any");
  const parameters = ts.isFunctionLike(node) ? node.parameters.length : 0;
  if (parameters > MOST_PARAMETERS)
    refuse(`${node.name?.getText(source) ?? "a function"} has ${parameters} parameters, ${MOST_PARAMETERS} at most`);
  node.forEachChild((child) => visit(child, source, room));
}
