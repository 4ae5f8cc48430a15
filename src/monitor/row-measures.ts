import { auc, brier, calibrationError, logLoss, rmse } from "@manymodel/forecast";
import { aucError, type FeatureValues, populationStability } from "@manymodel/forecast/monitoring";
import { chiSquareCdf } from "@manymodel/forecast/stats";

/** The rows of a partition that a model of rows is judged by. */
export interface JudgedRows {
  /** Predictions of each row, beside the values that came true. */
  readonly predicted: Float64Array;
  readonly actual: Float64Array;
  /** True where predictions are the probabilities of the likeliest of several classes, and 1 says that it came true. */
  readonly hasClasses: boolean;
  /** Metrics of training by name. */
  readonly registered: Readonly<Record<string, number | null>>;
  /** Each feature in the rows of training, and in those of now. */
  readonly features: readonly { readonly name: string; readonly before: FeatureValues; readonly now: FeatureValues }[];
}

/** One measure of a partition. Numbers are NaN where unknown. */
export interface RowMeasure {
  readonly metric: string;
  /** The feature of a drift; null for other measures. */
  readonly feature: string | null;
  readonly n: number;
  readonly value: number;
  /** The value to compare with: that of training, or what is predicted. */
  readonly reference: number;
  /** Probability of a difference so large by chance; NaN where it is not tested. */
  readonly p: number;
  /** The size of the difference: 1 is the least that counts as drift, a half the least to be watched. */
  readonly severity: number;
}

/** A loss of AUC, or of accuracy, and a distance of the mean probability from the share of ones, that count as drift. */
const LARGE = { auc: 0.1, accuracy: 0.1, share: 0.1, psi: 0.25 } as const;
/** From this on an index is read as a shift (Siddiqi 2006); half of the others. */
const SHIFT = 0.1;

const upperNormal = (z: number) =>
  z > 0 ? chiSquareCdf(z * z, 1, "upper") / 2 : 1 - chiSquareCdf(z * z, 1, "upper") / 2;

/**
 * Measures the probabilities of classes: AUC against that of training, with Hanley and McNeil's standard error, the share of
 * ones against the mean probability (calibration in the large), expected calibration error, log loss and Brier score.
 * Several classes get their accuracy, against that of training by a binomial test's normal approximation, and the calibration
 * error of the likeliest class. Numbers in place of classes get their RMSE. Each feature gets its population stability index.
 */
export function rowMeasures({ predicted, actual, hasClasses, registered, features }: JudgedRows): RowMeasure[] {
  const n = actual.length;
  const isClass = actual.every((value) => value === 0 || value === 1);
  const before = (name: string) => registered[`cv_${name}`] ?? registered[`holdout_${name}`] ?? NaN;
  const plain = (metric: string, value: number): RowMeasure => ({
    ...{ metric, feature: null, n, value, reference: before(metric), p: NaN, severity: NaN },
  });
  const drifts = features.map(({ name, before, now }): RowMeasure => {
    const { psi, p } = populationStability(before, now);
    const severity = psi < SHIFT ? (0.5 * psi) / SHIFT : 0.5 + (0.5 * (psi - SHIFT)) / (LARGE.psi - SHIFT);
    return { metric: "psi", feature: name, n: now.length, value: psi, reference: 0, p, severity };
  });
  if (n === 0) return drifts;
  if (!isClass || !predicted.every((p) => p >= 0 && p <= 1)) return [plain("rmse", rmse(actual, predicted)), ...drifts];
  const ones = actual.reduce((sum, value) => sum + value, 0);
  if (hasClasses) {
    const [share, trained] = [ones / n, before("accuracy")];
    const error = Math.sqrt((trained * (1 - trained)) / n);
    return [
      {
        ...plain("accuracy", share),
        p: upperNormal((trained - share) / error),
        severity: (trained - share) / LARGE.accuracy,
      },
      plain("calibration_error", calibrationError(actual, predicted)),
      ...drifts,
    ];
  }
  const expected = predicted.reduce((sum, p) => sum + p, 0);
  const spread = predicted.reduce((sum, p) => sum + p * (1 - p), 0);
  const area = auc(actual, predicted);
  const loss = before("auc") - area;
  const unlikely = (ones - expected) / Math.sqrt(spread);
  return [
    {
      ...plain("auc", area),
      p: upperNormal(loss / aucError(area, ones, n - ones)),
      severity: loss / LARGE.auc,
    },
    {
      ...plain("ones_share", ones / n),
      reference: expected / n,
      p: chiSquareCdf(unlikely * unlikely, 1, "upper"),
      severity: Math.abs(ones - expected) / n / LARGE.share,
    },
    plain("calibration_error", calibrationError(actual, predicted)),
    plain("log_loss", logLoss(actual, predicted)),
    plain("brier", brier(actual, predicted)),
    ...drifts,
  ];
}
