import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const forecast = fileURLToPath(new URL("./packages/forecast/src/", import.meta.url));

/** Folders whose tests start servers, clusters and processes. Each of their files has a process of its own. */
const OUTSIDE = [
  "awkward",
  "benches",
  "cli",
  "dashboard",
  "documents",
  "engines",
  "faults",
  "fleets",
  "golden",
  "serving",
  "snowflake",
  "stages",
  "upgrade",
];
/** A test that puts counting functions in the place of others, which needs modules that nobody has loaded yet. */
const COUNTED_WORK = "packages/forecast/test/arima/counted-work.test.ts";
/** Those that take longest, in the order in which they start. */
const LONGEST = [
  "fleets/slurm",
  "faults/",
  "benches/",
  "cli/",
  "documents/",
  "golden/",
  "upgrade/",
  "dashboard/",
  "snowflake/",
];

/** Starts the longest files first, so that none is left alone at the end, and the shared ones last. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const long = LONGEST.findIndex((name) => moduleId.includes(`/test/${name}`));
      if (long >= 0) return long;
      return project.name === "outside" ? LONGEST.length : LONGEST.length + 1;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@manymodel\/forecast$/, replacement: `${forecast}index.ts` },
      { find: /^@manymodel\/forecast\/(.*)$/, replacement: `${forecast}entries/$1.ts` },
    ],
  },
  test: {
    setupFiles: ["test/setup.ts"],
    // Many tests wait for processes, leases and other machines more than they compute.
    maxWorkers: 4,
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // One line a file: no test is slow enough for a line of its own.
    slowTestThreshold: 1e9,
    silent: "passed-only",
    // A busy machine is slow, not wrong.
    expect: { poll: { timeout: 60_000 } },
    sequence: { sequencer: LongestFirst },
    // The built package is tested as its users load it: by Node, not through the test runner's transforms.
    server: { deps: { external: [/\/dist\//] } },
    typecheck: { enabled: false },
    projects: [
      {
        extends: true,
        test: { name: "outside", include: [...OUTSIDE.map((folder) => `test/${folder}/**/*.test.ts`), COUNTED_WORK] },
      },
      {
        extends: true,
        test: {
          name: "inside",
          include: ["test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
          exclude: [...OUTSIDE.map((folder) => `test/${folder}/**`), COUNTED_WORK],
          // Starting a process and loading what is tested takes most of these files longer than their tests.
          isolate: false,
        },
      },
    ],
  },
});
