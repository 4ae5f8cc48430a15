#!/usr/bin/env node
import { statSync } from "node:fs";
import module from "node:module";

const timeOf = (file) => statSync(new URL(`../dist/${file}`, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const [program, modules] = [timeOf("program/main.js"), timeOf("cli/main.js")];
if (modules > 0) {
  // Compiled code is kept for the next start, where Node can.
  module.enableCompileCache?.();
  // A clone that only the compiler has built since has modules newer than their bundle.
  const isBundled = program >= Math.max(modules, timeOf(".tsbuildinfo"));
  await import(isBundled ? "../dist/program/main.js" : "../dist/cli/main.js");
} else {
  console.error("manymodel: this clone is not built; in its folder: npm ci && npm run build");
  process.exitCode = 1;
}
