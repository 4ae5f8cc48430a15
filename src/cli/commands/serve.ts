import { once } from "node:events";
import { type Command, Option } from "commander";
import { messageOf } from "../../core/errors.ts";
import type { Log } from "../../serving/log.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { autoOrCount, integer } from "../option.ts";

interface ServeOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: number;
  readonly workers?: number | "auto";
  readonly quiet?: boolean;
}

/** `manymodel serve`: predictions and the registry over HTTP, until it is told to stop. */
export function addServe(command: Command): void {
  command
    .option("--host <address>", "the address to listen at; by default serve.host")
    .option("--port <n>", "the port, 0 for a free one; by default serve.port", integer(0))
    .option("--workers <n>", "threads that models predict in; by default serve.workers", autoOrCount)
    .addOption(new Option("--quiet", "write no line for each request on stderr"))
    .action(async (options: ServeOptions) => {
      await withWorkspace(options, async (mm) => {
        const { startServer } = await import("../../serving/server.ts");
        const { host, port, workers } = options;
        const stopped = Promise.race(["SIGINT", "SIGTERM"].map((signal) => once(process, signal)));
        const server = await startServer(mm, {
          ...(host !== undefined && { host }),
          ...(port !== undefined && { port }),
          ...(workers !== undefined && { workers }),
          log: log(options.quiet ?? false),
        });
        const { url, tokensNeeded } = server;
        const text = `Serving at ${url}; ${tokensNeeded ? "tokens are needed" : "no token is needed from this machine"}.`;
        print({ json: { url, port: server.port, pid: process.pid, tokensNeeded }, text }, options);
        await stopped;
        await server.close();
      });
    });
}

/** Returns one line of JSON on stderr for each request and each mistake of the server's own. */
function log(quiet: boolean): Log {
  const say = (line: object) => process.stderr.write(`${JSON.stringify(line)}\n`);
  return {
    request(line) {
      if (!quiet) say(line);
    },
    error(message, thrown) {
      const stack = thrown instanceof Error ? thrown.stack : messageOf(thrown);
      say({ at: new Date().toISOString(), error: message, stack });
    },
  };
}
