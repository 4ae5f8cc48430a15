import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const forecast = fileURLToPath(new URL("./packages/forecast/src/", import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@manymodel\/forecast$/, replacement: `${forecast}index.ts` },
      { find: /^@manymodel\/forecast\/(.*)$/, replacement: `${forecast}entries/$1.ts` },
    ],
  },
  test: {
    include: ["test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    // Many tests wait for processes, leases and other machines more than they compute.
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // The built package is tested as its users load it: by Node, not through the test runner's transforms.
    server: { deps: { external: [/\/dist\//] } },
    typecheck: { enabled: false },
  },
});
