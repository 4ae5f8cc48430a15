import { messageOf } from "../core/errors.ts";
import { run } from "./program.ts";

// A reader such as `head` that has seen enough ends the program quietly.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`manymodel: standard output cannot be written: ${messageOf(error)}\n`);
  process.exit(1);
});
process.exitCode = await run(process.argv.slice(2));
