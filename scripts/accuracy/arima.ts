import { arima, autoArima } from "../../packages/forecast/src/index.ts";
import { createDesignedProblem, exactAt } from "../../packages/forecast/test/arima/recorded-likelihood.ts";
import {
  fixedRecords,
  optionsOf,
  type RecordedFit,
  relativeDifference,
} from "../../packages/forecast/test/arima/records.ts";
import { type Reference, reference } from "../../packages/forecast/test/reference.ts";
import { m3Rows } from "./m3.ts";
import { percent, type Row, type Section, seriesOfReference } from "./report.ts";

const series = seriesOfReference();

/** Returns rows on fixed orders: the likelihood at R's coefficients, the optimum, coefficients and forecasts. */
function fixedRows(): Row[] {
  const records = fixedRecords()!;
  const off: { name: string; error: number }[] = [];
  const lower: { name: string; loss: number; same: number }[] = [];
  let agree = 0;
  let coefficients = 0;
  let forecasts = 0;
  for (const record of records) {
    const { id, call, result } = record;
    const { args = {} } = call;
    const { values: y } = series.get(id)!;
    const options = optionsOf(record, y.length);
    const name = `${id} ${result.label}${args.lambda === undefined ? "" : " λ = 0"} ${call.fit_method}`;
    const there = exactAt(createDesignedProblem(y, options), result.coef, options);
    off.push({ name, error: Math.abs(there - result.loglik) });
    const model = arima(y, options);
    lower.push({ name, loss: result.loglik - model.loglik, same: there - model.loglik });
    if (Math.abs(model.loglik - result.loglik) > 1e-4) continue;
    agree++;
    const near = Object.entries(result.coef).every(
      ([key, value]) => Math.abs(model.coef[key]! - value) < 0.02 * Math.sqrt(result.var_coef_diag[key]!),
    );
    if (near) coefficients++;
    if (relativeDifference(model, result, y.length) < 1e-3) forecasts++;
  }
  off.sort((a, b) => b.error - a.error);
  const losses = lower.filter(({ loss }) => loss > 1e-3).sort((a, b) => b.loss - a.loss);
  const sameLoss = Math.max(...lower.map(({ same }) => same));
  const within = off.filter(({ error }) => error <= 5e-3).length;
  return [
    [
      "log-likelihood at R's coefficients within 5e-3 of R's",
      "every record",
      `${percent(within, off.length)}; largest ${off[0]!.error.toExponential(1)} (${off[0]!.name}), next ${off[1]!.error.toExponential(1)}`,
    ],
    [
      "optimum not below R's recorded log-likelihood by more than 1e-3",
      "every record",
      `${percent(lower.length - losses.length, lower.length)}; below: ${losses.map(({ name, loss }) => `${name} by ${loss.toExponential(1)}`).join("; ") || "none"}`,
    ],
    [
      "optimum not below R's by more than 1e-3, both by the exact likelihood",
      "every record",
      `${percent(lower.filter(({ same }) => same <= 1e-3).length, lower.length)}; largest loss ${sameLoss.toExponential(1)}`,
    ],
    [
      "coefficients within 0.02 standard errors where both agree within 1e-4",
      "every record",
      percent(coefficients, agree),
    ],
    ["forecasts and bounds within 1e-3 there", "95 %", percent(forecasts, agree)],
  ];
}

/** Returns rows on the automatic choice: differences, order, AICc. */
function automaticRows(): Row[] {
  return (
    [
      ["auto_arima", "auto.arima, R's series and daily ones", {}],
      ["m3_auto.arima", "auto.arima, 120 M3 series", {}],
      ["auto_arima_full", "the whole grid, short series", { stepwise: false, approximation: false }],
    ] as const
  ).flatMap(([name, label, options]): Row[] => {
    const records = reference<readonly Reference<RecordedFit>[]>(name)!;
    let differenced = 0;
    let same = 0;
    const worse: string[] = [];
    const bytes: number[] = [];
    for (const { id, method, result } of records) {
      const { values, frequency } = series.get(id)!;
      const lambda = method.includes("lambda0") ? { lambda: 0 } : {};
      const model = autoArima(values, { period: frequency, ...options, ...lambda });
      bytes.push(JSON.stringify(model).length);
      const equal = model.order.d === result.d && model.order.D === result.D;
      if (equal) differenced++;
      if (equal && model.method === result.label) same++;
      else if (!(equal && model.aicc! <= result.aicc + 0.05))
        worse.push(`${id} ${model.method} ${model.aicc!.toFixed(2)}, R ${result.label} ${result.aicc.toFixed(2)}`);
    }
    bytes.sort((a, b) => a - b);
    return [
      [`${label}: d and D as R's`, "98 %", percent(differenced, records.length)],
      [
        `${label}: same order, or AICc at most 0.05 above R's`,
        "97 %",
        `${percent(records.length - worse.length, records.length)}, ${same} the same model${worse.length > 0 ? `; above: ${worse.join("; ")}` : ""}`,
      ],
      [`${label}: model JSON, median`, "≤ 2048 bytes", `${bytes[bytes.length >> 1]} bytes`],
    ];
  });
}

/** Returns ARIMA against R's recorded results. */
export function arimaSection(): Section {
  const reference = { smape: 13.425, mase: 1.425, coverage: 0.855 };
  return {
    rows: [...fixedRows(), ...automaticRows(), ...m3Rows((y, period) => autoArima(y, { period }), reference)],
    notes: `R starts the likelihood of a differenced series with a variance of 10⁶ (in units of σ²), and ours starts with infinite variance.
Except for one record, that is the whole difference at R's coefficients: with 10⁶ our Kalman filter gives R's number within
1e-7. The recorded log-likelihood of \`gas\`, λ = 0, ML is not that of its coefficients by either convention.`,
  };
}
