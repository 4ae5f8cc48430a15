/**
 * A process that runs commands of the built program one after another, as the process that `command-line.ts` asks for
 * them. What a command prints is followed by its mark on both streams, because a pipe does not say where a command ends.
 */
// Keeps the folder in which it is loaded as its own: one that stays, not the first command's.
import "esbuild";
import "./one-worker.mjs";

const streams = [process.stdout, process.stderr];
const print = streams.map((stream) => stream.write.bind(stream));
const { run } = await import(new URL("../dist/cli/program.js", import.meta.url));

process.on("message", async ({ folder, args, mark }) => {
  process.chdir(folder);
  process.exitCode = undefined;
  const status = await run(args);
  process.exitCode = undefined;
  for (const write of print) write(mark);
  process.send(status);
});
process.once("disconnect", () => process.exit());
process.send("ready");
