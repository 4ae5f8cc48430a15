/**
 * Runs every test and, beside them, every check, each to its end, and closes with one line: `N passed, N failed`. A
 * check counts as one test. `npm test -- NAME` runs only the test files that match.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const only = process.argv.slice(2);
const bin = (name) => path.join(root, "node_modules", ".bin", name);

const CHECKS = [
  ["types", bin("tsc"), ["-p", "tsconfig.json"]],
  ["types of the page", bin("tsc"), ["-p", "src/dashboard/web/tsconfig.json"]],
  ["format and lint", bin("biome"), ["check", "--error-on-warnings", "."]],
  ["direction of imports", process.execPath, ["scripts/check-imports.js"]],
  ["places of tests", process.execPath, ["scripts/check-tests.js"]],
  ["assertions and parameters", process.execPath, ["scripts/check-claims.js"]],
  ["comments, names and sentences", process.execPath, ["scripts/check-voice.js"]],
  ["reading ease", process.execPath, ["scripts/reading-ease.js", "--check"]],
  ["nothing unused", bin("knip"), []],
  ["dependency audit", process.execPath, ["scripts/audit.js"]],
  ["documents up to date", process.execPath, ["scripts/sync-docs.js", "--check"]],
  ["package: publint", bin("publint"), ["--strict"]],
  ["package: types of exports", bin("attw"), ["--pack", ".", "--profile", "esm-only"]],
];

const total = { passed: 0, failed: 0, skipped: 0 };
await Promise.all([runTests(), ...(only.length > 0 ? [] : [runChecks()])]);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

/** Runs a program; its exit code and what it printed. */
function run(command, args, onText = () => {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
        onText(text);
      });
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, output }));
  });
}

/** Runs one check after another: two at a time would leave the tests nothing of a small machine. */
async function runChecks() {
  for (const [name, command, args] of CHECKS) {
    const { status, output } = await run(command, args);
    if (status === 0) {
      total.passed++;
      console.log(`ok      ${name}${output.startsWith("advisories") ? ` (${output.trim()})` : ""}`);
    } else {
      total.failed++;
      console.log(`FAILED  ${name}\n${output}`);
    }
  }
}

async function runTests() {
  const folder = mkdtempSync(path.join(tmpdir(), "manymodel-report-"));
  const report = path.join(folder, "report.json");
  const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...only];
  // Through a pipe, so that a line a file is printed and no display that the checks' lines would break.
  const { status } = await run(bin("vitest"), args, (text) => process.stdout.write(text));
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
      readFileSync(report, "utf8"),
    );
    total.passed += numPassedTests;
    total.failed += numFailedTests;
    total.skipped += numPendingTests;
    // A file that cannot even be loaded has no failed test of its own.
    if (status !== 0 && numFailedTests === 0) total.failed += Math.max(1, numFailedTestSuites);
  } catch (error) {
    total.failed++;
    console.log(`FAILED  the test runner left no report: ${error.message}`);
  }
  rmSync(folder, { recursive: true, force: true });
}
