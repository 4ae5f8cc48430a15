import type { Engine } from "../ports/engine.ts";

/**
 * The functions of a test framework that a contract suite calls: `describe` and `it`, as vitest, node:test and mocha
 * have them.
 */
export interface Harness {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
}

/** Opens a fresh, empty engine; a suite closes it after each test. */
export type OpenEngine = () => Promise<Engine>;

/** Returns a test on an engine of its own. */
export function onEngine(
  { it }: Harness,
  open: OpenEngine,
): (name: string, body: (engine: Engine) => Promise<void>) => void {
  return (name, body) =>
    it(name, async () => {
      const engine = await open();
      try {
        await body(engine);
      } finally {
        await engine.close();
      }
    });
}
