import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Command } from "commander";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer } from "../option.ts";

interface UiOptions extends CommonOptions {
  readonly host: string;
  readonly port: number;
  readonly open?: boolean;
}

/** `manymodel ui`: the dashboard, until it is told to stop. */
export function addUi(command: Command): void {
  command
    .option("--host <address>", "the address to listen at; tokens are needed beyond this machine", "127.0.0.1")
    .option("--port <n>", "the port, 0 for a free one", integer(0), 4400)
    .option("--open", "open the page in the browser")
    .action(async (options: UiOptions) => {
      await withWorkspace(options, async (mm) => {
        const { startDashboard } = await import("../../dashboard/server.ts");
        const stopped = Promise.race(["SIGINT", "SIGTERM"].map((signal) => once(process, signal)));
        const { url, port, close } = await startDashboard(mm, {
          host: options.host,
          port: options.port,
          onError: (thrown) => console.error(thrown),
        });
        print({ json: { url, port, pid: process.pid }, text: `The dashboard is at ${url}; Ctrl-C ends it.` }, options);
        if (options.open) openBrowser(url);
        await stopped;
        await close();
      });
    });
}

/** Opens an address as the user's desktop does; where there is none, nothing happens. */
function openBrowser(url: string): void {
  const [command, args]: [string, string[]] =
    process.platform === "darwin"
      ? ["open", []]
      : process.platform === "win32"
        ? ["cmd", ["/c", "start", ""]]
        : ["xdg-open", []];
  const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}
