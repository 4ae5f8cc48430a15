import { useEffect } from "preact/hooks";
import { bytes } from "../../text/number.ts";
import type { CommandLog, CommandLogs } from "../wire-commands.ts";
import { href } from "./route.ts";
import { Empty, Loading } from "./states.tsx";
import { TableHead } from "./table-head.tsx";
import { useData } from "./use-data.ts";
import { When } from "./when.tsx";

/** The milliseconds between two readings of a log. */
const EVERY_MS = 2000;

/** Shows the logs of commands that the page started, the newest first. */
export function Logs() {
  const data = useData<CommandLogs>("/logs");
  return (
    <>
      <h1>Logs of commands</h1>
      <Loading data={data} what="the logs">
        {({ logs }) =>
          logs.length === 0 ? (
            <Empty title="The dashboard has started no command yet.">
              Start one under <a href="/runs">Runs</a>.
            </Empty>
          ) : (
            <div class="panel scroll">
              <table class="rows">
                <TableHead columns={["Command", "Started"]} />
                <tbody>
                  {logs.map(({ name, command, startedAt }) => (
                    <tr key={name}>
                      <th scope="row">
                        <a href={href(["logs", name])}>{command}</a>
                      </th>
                      <td>
                        <When at={startedAt} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loading>
    </>
  );
}

/** Shows the end of a command's log, and reads it again as it grows. */
export function Log({ name }: { name: string }) {
  const data = useData<CommandLog>(href(["logs", name]));
  const { reload } = data;
  useEffect(() => {
    const timer = setInterval(reload, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <p class="crumbs">
        <a href="/runs">Runs</a> / <a href="/logs">Logs</a>
      </p>
      <h1>
        <span class="wrap">{name}</span>
      </h1>
      <Loading data={data} what="the log">
        {({ text, startedAt, bytes: size, isWhole }) => (
          <section class="panel log" aria-label="The log">
            <p class="muted">
              Started <When at={startedAt} />, {bytes(size)}
              {!isWhole && ". This is its end"}.
            </p>
            {text === "" ? <p>It has printed nothing yet.</p> : <pre tabIndex={0}>{text}</pre>}
          </section>
        )}
      </Loading>
    </>
  );
}
