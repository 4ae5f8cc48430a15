import { ces } from "../../packages/forecast/src/index.ts";
import { m3Rows } from "./m3.ts";
import type { Section } from "./report.ts";

/** Returns complex exponential smoothing, beside R's `thetaf`: R's forecast package has none. */
export function cesSection(): Section {
  const thetaf = { smape: 13.002, mase: 1.458, coverage: 0.874 };
  const rows = m3Rows((y, period) => ces(y, { period }), thetaf);
  return {
    rows,
    notes: "The aim is the result of R's thetaf, because R's forecast package has no complex exponential smoothing.",
  };
}
