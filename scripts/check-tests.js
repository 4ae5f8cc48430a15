/**
 * Checks where tests are. What stands in a room of the sources is tested in the folder of the same name: `src/ROOM` in
 * `test/ROOM`, `packages/forecast/src/ROOM` in `packages/forecast/test/ROOM`. A test with the name of a source file tests
 * that file, and stands in its folder; one with another name says what the room does. Every room has a test.
 *
 * And a test takes a module from the sources or from `dist`: two instances of one would not know each other.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

const PACKAGES = [
  {
    folder: "",
    /** Tests of several rooms at once, or of no source file. */
    across: {
      awkward: "series that are hard to forecast, by every method on every engine",
      benches: "that every measurement of speed runs, at its smallest size",
      documents: "what the documents show and say",
      engines: "what every engine does alike",
      faults: "processes, servers and disks that fail",
      fixtures: "what tests read",
      fuzz: "inputs at random",
      golden: "that results are the same bits as before",
      snowflake: "the whole program in an account: the server that stands for one, and what needs it",
      upgrade: "that workspaces of earlier versions go on",
    },
    /** Rooms that have no tests of their own. */
    untested: {
      ports: "declares types only",
      contract: "is the suite that test/engines runs",
    },
  },
  {
    folder: "packages/forecast/",
    across: { fixtures: "what tests read", properties: "what every method has, on series drawn at random" },
    untested: { kinds: "lists the kinds of each family, through which test/model/families.test.ts goes" },
  },
];

const filesOf = (folder) =>
  readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(path.join(root, folder), path.join(entry.parentPath, entry.name)));
const nameOf = (file) => path.basename(file).replace(/(\.test)?\.tsx?$/, "");
/** Returns the room of a file: the first folder of its path; each engine is one. */
const roomOf = (file) => {
  const [first, second] = path.dirname(file).split(path.sep);
  return first === "engines" && second !== undefined ? path.join(first, second) : first;
};

const problems = [];
let count = 0;
for (const { folder, across, untested } of PACKAGES) {
  const sources = filesOf(`${folder}src`).filter((file) => /\.tsx?$/.test(file));
  const folders = new Set(sources.map((file) => path.dirname(file)));
  const tests = filesOf(`${folder}test`).filter((file) => file.endsWith(".test.ts"));
  count += tests.length;
  const tested = new Set();
  for (const test of tests) {
    const file = `${folder}test/${test}`;
    const at = path.dirname(test);
    if (mixes(readFileSync(path.join(root, file), "utf8"))) problems.push(`${file} imports from dist and from src`);
    if (Object.hasOwn(across, roomOf(test))) continue;
    tested.add(roomOf(test));
    if (!folders.has(at))
      problems.push(`${file}: there is no folder ${folder}src/${at}, nor is it listed in scripts/check-tests.js`);
    const named = sources.filter((source) => nameOf(source) === nameOf(test) && roomOf(source) === roomOf(test));
    if (named.length > 0 && !named.some((source) => path.dirname(source) === at))
      problems.push(`${file} has the name of ${folder}src/${named[0]} and is not in its folder`);
  }
  for (const room of new Set(sources.map(roomOf)))
    if (room !== "." && !tested.has(room) && !Object.hasOwn(untested, room))
      problems.push(`${folder}src/${room} has no test in ${folder}test/${room}`);
}
for (const problem of problems) console.error(problem);
console.log(`${count} test files, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);

/** Tells whether a test takes values from both; types do not count. */
function mixes(text) {
  const values = [...text.matchAll(/^import (?!type )[^"]*"([^"]+)"/gm)].map(([, from]) => from);
  return values.some((from) => /^[./]*\/dist\//.test(from)) && values.some((from) => /^[./]*\/src\//.test(from));
}
