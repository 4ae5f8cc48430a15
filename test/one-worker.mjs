/**
 * Has each run and batch that does not say how many workers it wants start one, whatever the machine has: what they give
 * does not depend on it, the tests run beside each other, and a worker's start is most of what a small run takes.
 */
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

os.availableParallelism = () => 1;
syncBuiltinESMExports();
