import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
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
