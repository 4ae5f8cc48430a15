/**
 * Measures ARIMA against R's recorded results and writes docs/accuracy.md. Needs the reference results and the M3 data:
 * see test/reference.ts for where they are looked for. Run from the repository's root:
 *
 *   npm run accuracy
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { accuracy, arima, autoArima, forecast } from "../src/forecast/index.ts";
import { createDesignedProblem, exactAt } from "../test/forecast/arima/recorded-likelihood.ts";
import { fixedRecords, optionsOf, type RecordedFit, relativeDifference } from "../test/forecast/arima/records.ts";
import { absent, data, type Reference, reference, referenceSeries } from "../test/reference.ts";

type Row = readonly [what: string, asked: string, measured: string];

const series = referenceSeries();
if (series === undefined) throw new Error(absent);
const percent = (part: number, whole: number) => `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`;

/** FixedRecord orders: the likelihood at R's coefficients, the optimum, coefficients and forecasts. */
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
    const { values: y } = series!.get(id)!;
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

/** Automatic choice: differences, order, AICc. */
function automaticRows(): Row[] {
  return (
    [
      ["auto_arima", "auto.arima, R's series and daily ones", {}],
      ["m3_auto.arima", "auto.arima, 120 M3 series", {}],
      ["auto_arima_full", "the whole grid, short series", { stepwise: false, approximation: false }],
    ] as const
  ).flatMap(([name, what, options]): Row[] => {
    const records = reference<readonly Reference<RecordedFit>[]>(name)!;
    let differenced = 0;
    let same = 0;
    const worse: string[] = [];
    const bytes: number[] = [];
    for (const { id, method, result } of records) {
      const { values, frequency } = series!.get(id)!;
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
      [`${what}: d and D as R's`, "98 %", percent(differenced, records.length)],
      [
        `${what}: same order, or AICc at most 0.05 above R's`,
        "97 %",
        `${percent(records.length - worse.length, records.length)}, ${same} the same model${worse.length > 0 ? `; above: ${worse.join("; ")}` : ""}`,
      ],
      [`${what}: model JSON, median`, "≤ 2048 bytes", `${bytes[bytes.length >> 1]} bytes`],
    ];
  });
}

/** The 400-series M3 sample. */
function m3Rows(): Row[] {
  const values = (rows: readonly Readonly<Record<string, string>>[]) => {
    const byId = new Map<string, number[]>();
    for (const row of rows) byId.set(row.id!, [...(byId.get(row.id!) ?? []), Number(row.value)]);
    return byId;
  };
  const sample = data("m3_sample400")!.map((row) => row.id!);
  const frequency = new Map(data("m3_meta")!.map((row) => [row.id!, Number(row.frequency)]));
  const keep = new Set(sample);
  const train = values(data("m3_train")!.filter((row) => keep.has(row.id!)));
  const test = values(data("m3_test")!.filter((row) => keep.has(row.id!)));
  let smape = 0;
  let mase = 0;
  let covered = 0;
  for (const id of sample) {
    const y = Float64Array.from(train.get(id)!);
    const actual = Float64Array.from(test.get(id)!);
    const period = frequency.get(id)!;
    const { mean, lower, upper } = forecast(autoArima(y, { period }), { h: actual.length });
    const measured = accuracy(actual, mean, { training: y, period });
    smape += measured.smape / sample.length;
    mase += measured.mase / sample.length;
    const inside = actual.filter((value, i) => value >= lower[1]![i]! && value <= upper[1]![i]!).length;
    covered += inside / actual.length / sample.length;
  }
  return [
    ["M3 sample of 400: mean sMAPE", "≤ 13.425 (R)", smape.toFixed(3)],
    ["M3 sample of 400: mean MASE", "≤ 1.425 (R)", mase.toFixed(3)],
    ["M3 sample of 400: coverage of 95 % intervals", "≥ 0.855 (R)", covered.toFixed(3)],
  ];
}

const rows = [...fixedRows(), ...automaticRows(), ...m3Rows()];
const text = `# Accuracy of ARIMA against R

Written by \`scripts/accuracy.ts\`; do not edit. R is 4.2.2 with forecast 8.20: its recorded results, not run again.

| what | asked | measured |
|---|---|---|
${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}

R's log-likelihood of a differenced series is that of a start with variance 10⁶ (in units of σ²), ours of one with
infinite variance: that is the whole difference at R's coefficients (with 10⁶ our Kalman filter gives R's number within
1e-7), but for one record. \`gas\`, λ = 0, ML has a log-likelihood that its coefficients do not have by either convention.
`;
mkdirSync("docs", { recursive: true });
writeFileSync("docs/accuracy.md", text);
process.stdout.write(text);
