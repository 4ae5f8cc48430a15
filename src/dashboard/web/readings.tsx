import { count, measure } from "../../text/number.ts";
import type { ReadingsDetail } from "../wire.ts";
import { href } from "./route.ts";
import { Fact } from "./run.tsx";
import { Loading } from "./states.tsx";
import { TableFiles } from "./table-files.tsx";
import { useData } from "./use-data.ts";

/** Shows the faults of sensors, by the batches of readings; nothing before there was one. */
export function Readings() {
  const data = useData<{ readings: ReadingsDetail | null }>(href(["monitor", "readings"], {}));
  return (
    <Loading data={data} what="the readings">
      {({ readings }) => (readings === null ? null : <Sensors readings={readings} />)}
    </Loading>
  );
}

function Sensors({ readings: { kinds, events } }: { readings: ReadingsDetail }) {
  return (
    <section class="panel" aria-labelledby="sensors-title">
      <h2 id="sensors-title">Sensors</h2>
      {kinds.length === 0 && <p class="muted">No reading was reported.</p>}
      <div class="facts">
        {kinds.map(({ kind, sensors, readings }) => (
          <Fact key={kind} name={kind} value={count(sensors)} more={`sensors, ${count(readings)} readings`} />
        ))}
      </div>
      {events.length > 0 && (
        <>
          <TableFiles
            name="events of sensors"
            rows={[
              ["PARTITION_KEY", "KIND", "SINCE", "READINGS", "SCORE"],
              ...events.map(({ key, kind, since, readings, score }) => [key, kind, since, readings, score]),
            ]}
          />
          <div class="scroll" tabIndex={0} role="group" aria-label="Events of sensors">
            <table class="rows">
              <thead>
                <tr>
                  <th scope="col">Sensor</th>
                  <th scope="col">Kind</th>
                  <th scope="col">Since</th>
                  <th scope="col" class="n">
                    Readings
                  </th>
                  <th scope="col" class="n">
                    Furthest
                  </th>
                </tr>
              </thead>
              <tbody>
                {events.map(({ key, text, kind, since, readings, score }) => (
                  <tr key={`${key} ${kind} ${since}`}>
                    <td>{text}</td>
                    <td>{kind}</td>
                    <td>{since}</td>
                    <td class="n">{count(readings)}</td>
                    <td class="n">{score === null ? "" : `${measure(score)} sd`}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}
