import { spawn } from "node:child_process";
import type { Command } from "commander";
import { addCommand, type CommonOptions, print, withWorkspace } from "../command.ts";
import { integer } from "../option.ts";

interface UiOptions extends CommonOptions {
  readonly host: string;
  readonly port: number;
  readonly open?: boolean;
}

/** `manymodel ui`: the dashboard, until it is stopped. */
export function addUi(program: Command): void {
  addCommand(program, "ui", "show the workspace in the browser: runs, partitions, series, registry")
    .option("--host <address>", "the address to listen on", "127.0.0.1")
    .option("--port <n>", "the port to listen on; 0 for any that is free", integer(0), 4400)
    .option("--open", "open the page in the browser")
    .action(async (options: UiOptions) => {
      await withWorkspace(options, async ({ engine, config }) => {
        const { dashboardApp, listen } = await import("../../dashboard/server.ts");
        const { packageVersion } = await import("../../api/package-version.ts");
        const app = await dashboardApp(engine, { version: packageVersion, workspace: config.directory });
        const { url, close } = await listen(app, options.host, options.port);
        print({ json: { url }, text: `The dashboard is at ${url} (Ctrl-C ends it)` }, options);
        if (options.open) openBrowser(url);
        await new Promise<void>((resolve) => {
          for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
        });
        await close();
      });
    });
}

/** Opens an address as the user's desktop does; where there is none, nothing happens. */
function openBrowser(url: string): void {
  const [command, ...args] =
    process.platform === "darwin" ? ["open"] : process.platform === "win32" ? ["cmd", "/c", "start", ""] : ["xdg-open"];
  const child = spawn(command!, [...args, url], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}
