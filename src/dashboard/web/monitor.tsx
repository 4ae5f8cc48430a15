import { Command, Empty } from "./states.tsx";

/** How good forecasts turned out to be. */
export function Monitor(_: { query: URLSearchParams }) {
  return (
    <>
      <h1>Monitor</h1>
      <Empty title="Nothing was monitored yet.">
        Compare forecasts with what came: <Command>manymodel monitor</Command>
      </Empty>
    </>
  );
}
