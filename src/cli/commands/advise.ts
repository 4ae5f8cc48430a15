import type { Command } from "commander";
import type { Advice, Verdict } from "../../advise/advice.ts";
import type { RowAdvice } from "../../advise/advise-rows.ts";
import { ManymodelError } from "../../core/errors.ts";
import { type CommonOptions, print, withWorkspace } from "../command.ts";
import { autoOrCount, integer } from "../option.ts";
import { checkPictureFile, writePicture } from "../picture-file.ts";
import { formatSeconds, formatTable } from "../table.ts";

interface AdviseOptions extends CommonOptions {
  readonly sample: number;
  readonly horizon?: number;
  readonly period?: number | "auto";
  readonly budget?: string;
  readonly output?: string;
}

/** `manymodel advise`: one model per partition, or one for all. */
export function addAdvise(command: Command): void {
  command
    .option("--sample <n>", "number of partitions to sample, by train.seed", integer(1), 100)
    .option("--horizon <n>", "steps to forecast; by default train.horizon", integer(1))
    .option(
      "--period <n>",
      "observations per season, or auto; by default source.period, or if that is 1 a detected period",
      autoOrCount,
    )
    .option("--budget <duration>", "time for trying the built-in methods on the sample", "10s")
    .option("-o, --output <file>", "also draw the accuracy of each method against its time, as .svg or .png")
    .action(async (options: AdviseOptions) => {
      const { sample, horizon, period, budget, output } = options;
      const file = output === undefined ? undefined : checkPictureFile(output);
      const advice = await withWorkspace(options, (mm) =>
        mm.advise({
          sample,
          ...(horizon !== undefined && { horizon }),
          ...(period !== undefined && { period }),
          ...(budget !== undefined && { budget }),
        }),
      );
      if ("classes" in advice) {
        if (file !== undefined)
          throw new ManymodelError("usage", "--output draws methods for series; this is a model of classes");
        return print({ json: advice, text: rowAdviceText(advice) }, options);
      }
      if (file !== undefined) {
        const { methodsPicture } = await import("../../picture/methods-picture.ts");
        await writePicture(file, methodsPicture(shownMethods(advice)));
      }
      print({ json: advice, text: `${adviceText(advice)}${file === undefined ? "" : `\nDrawn in ${file}.`}` }, options);
    });
}

const shownMethods = ({ methods, evidence: { horizon }, profile: { partitions } }: Advice) => ({
  ...methods,
  horizon,
  partitions,
});

const HEADLINE: Readonly<Record<Verdict, string>> = {
  many: "Recommendation: one model per partition.",
  global: "Recommendation: one global model for all partitions.",
  either: "Recommendation: one model per partition, though one for all does as well here.",
  unknown: "No recommendation: too little could be backtested.",
};

/** Describes advice on classifiers. */
function rowAdviceText({ verdict, reasons, notes, classes }: RowAdvice): string {
  const share = (value: number) => `${Math.round(1000 * value) / 10} %`;
  const short = (value: number) => (Number.isNaN(value) ? null : Number(value.toFixed(3)));
  const [least, median, most] = classes.length;
  const [low, middle, high] = classes.onesShare;
  return [
    HEADLINE[verdict],
    "",
    ...[...reasons, ...notes].map((line) => `- ${line}`),
    "",
    "The source, by the sample:",
    `  partitions  ${classes.partitions} with ${classes.rows} rows; ${classes.sampled} sampled`,
    `  outcomes    ${median} a partition (${least} to ${most}); ones: ${share(middle)} (${share(low)} to ${share(high)})`,
    `  features    ${classes.features.map(({ name, type, missing }) => `${name} (${type}, ${share(missing)} missing)`).join(", ")}`,
    "",
    `Logistic regression on a held-out quarter of ${classes.tried} partitions, means:`,
    formatTable(
      ["", "AUC", "log loss"],
      [
        ["own models", short(classes.auc.own), short(classes.logLoss.own)],
        ["one model for all", short(classes.auc.pooled), short(classes.logLoss.pooled)],
      ],
    ),
    "",
    "Next:",
    "  manymodel train --run-id first",
    "  manymodel train --model boosted-classification --run-id boosted",
    "  manymodel compare first boosted --metric holdout_log_loss",
  ].join("\n");
}

function adviceText(advice: Advice): string {
  const { verdict, reasons, notes, profile, evidence, cost } = advice;
  const share = (value: number) => `${Math.round(1000 * value) / 10} %`;
  const number = (value: number) => (Number.isNaN(value) ? null : Number(value.toFixed(3)));
  const counts = (record: Readonly<Record<string, number>>) =>
    Object.entries(record)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${count} ${name}`)
      .join(", ");
  const [least, median, most] = profile.length;
  const facts: [string, string][] = [
    ["partitions", `${profile.partitions} with ${profile.rows} rows; ${profile.sampled} sampled`],
    ["length", `${median} steps (${least} to ${most}); steps: ${counts(profile.intervals)}`],
    ["gaps", `in ${share(profile.withGaps)} of the series, ${share(profile.missing)} of the steps`],
    ["demand", `${counts(profile.demand)}${profile.constant > 0 ? `; ${profile.constant} constant` : ""}`],
    [
      "season",
      `period ${profile.period} (${profile.periodFrom}), median strength ${number(profile.seasonalStrength) ?? "unknown"}; trend ${number(profile.trendStrength) ?? "unknown"}`,
    ],
    [
      "covariates",
      profile.covariates.map(({ name, type, missing }) => `${name} (${type}, ${share(missing)} missing)`).join(", ") ||
        "none",
    ],
  ];
  const lines = [HEADLINE[verdict], "", ...reasons.map((reason) => `- ${reason}`), ...notes.map((note) => `- ${note}`)];
  lines.push("", "The source, by the sample:", ...facts.map(([name, text]) => `  ${name.padEnd(10)}  ${text}`));
  if (evidence.series > 0)
    lines.push(
      "",
      `Backtest: the last ${evidence.horizon} steps of ${evidence.series} series (${evidence.leftOut} left out). The ratio is of the mean absolute errors, with its 95 % interval:`,
      formatTable(
        ["method", "MASE", "error to snaive's", "from", "to"],
        [
          [`own models (${counts(evidence.methods)})`, number(evidence.mase.own), ...interval(evidence.ownToNaive)],
          [
            `one linear model for all (${evidence.pooledRows} rows)`,
            number(evidence.mase.pooled),
            ...interval(evidence.pooledToNaive),
          ],
          ["snaive", number(evidence.mase.naive), 1, null, null],
        ],
      ),
      "",
      "All partitions will take about:",
      formatTable(
        ["", "CPU time", "wall time", "memory", "models"],
        [
          [
            "own models, cheap",
            formatSeconds(cost.cpuSeconds),
            formatSeconds(cost.wallSeconds),
            bytes(cost.memoryBytes),
            bytes(cost.modelBytes),
          ],
          [
            "one model for all",
            formatSeconds(cost.pooledSeconds),
            formatSeconds(cost.pooledSeconds),
            bytes(cost.memoryBytes),
            bytes(cost.pooledBytes),
          ],
        ],
      ),
    );
  lines.push(...methodLines(advice));
  lines.push("", "Next:", ...nextCommands(advice).map((command) => `  ${command}`));
  return lines.join("\n");

  function interval({ ratio, low, high }: Advice["evidence"]["ownToNaive"]) {
    return [ratio, low, high].map(number);
  }
}

/** Lists the built-in methods by their error on the sample, and the one to begin with. */
function methodLines({ methods, evidence, profile }: Advice): string[] {
  const { trials, series, slow, proposal } = methods;
  if (trials.length === 0) return [];
  const number = (value: number) => (Number.isFinite(value) ? Number(value.toFixed(3)) : null);
  const rows = trials.map(({ method, mase, toNaive, failed, fitMs }) => [
    method === proposal ? `${method} *` : method,
    number(mase),
    ...[toNaive.ratio, toNaive.low, toNaive.high].map(number),
    failed === 0 ? null : failed,
    `${Number(fitMs.toPrecision(2))} ms`,
    formatSeconds((fitMs / 1000) * profile.partitions),
  ]);
  const late = slow.length === 0 ? "" : ` Too slow to be tried in that time: ${slow.join(", ")}.`;
  return [
    "",
    `Built-in methods on the last ${evidence.horizon} steps of ${series} of these series (--budget tries more).${late}`,
    formatTable(["method", "MASE", "error to snaive's", "from", "to", "failed", "a fit", "CPU of all"], rows),
    ...(proposal === undefined
      ? []
      : [`* the cheapest method within 5 % of the least error: model: ${proposal} in the configuration.`]),
  ];
}

/** Lists the commands to run next, by the verdict. */
function nextCommands({ verdict, methods }: Advice): string[] {
  const plan = "manymodel plan --model best            # what better methods will take, from a timed sample";
  const screen = methods.proposal ?? "theta";
  if (verdict === "unknown")
    return ["manymodel advise --sample 1000 --horizon 3", "manymodel train --model snaive --run-id baseline"];
  if (verdict === "global")
    return [
      "manymodel train --model snaive --run-id baseline   # what a global model has to beat",
      `manymodel train --model ${screen} --run-id own         # what many models reach`,
      "manymodel compare baseline own --metric mase",
    ];
  return [
    `manymodel train --model ${screen} --run-id screen`,
    plan,
    "manymodel refine --from screen --worst-percent 20",
  ];
}

const bytes = (value: number) =>
  value < 1e6 ? `${Math.max(1, Math.round(value / 1e3))} kB` : `${Math.ceil(value / 1e6)} MB`;
