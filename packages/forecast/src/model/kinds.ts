import { arimaKind } from "../arima/arima-kind.ts";
import { cesKind } from "../ces/ces-kind.ts";
import { etsKind } from "../ets/ets-kind.ts";
import { aggregationKind } from "../intermittent/aggregation.ts";
import { crostonKind } from "../intermittent/croston.ts";
import { tsbKind } from "../intermittent/tsb.ts";
import { linearKind } from "../regression/linear-kind.ts";
import { driftKind } from "../simple/drift.ts";
import { meanKind } from "../simple/mean.ts";
import { naiveKind } from "../simple/naive.ts";
import { windowAverageKind } from "../simple/window-average.ts";
import { holtWintersKind } from "../smoothing/holt-winters.ts";
import { stlfKind } from "../smoothing/stlf.ts";
import { tbatsKind } from "../tbats/tbats-kind.ts";
import { dynamicThetaKind } from "../theta/dynamic-theta.ts";
import { thetaKind } from "../theta/theta.ts";
import type { Kinds } from "./dispatch.ts";

/** The kinds of models that each family of methods gives (see families.ts). */
export const ARIMA_KINDS = { arima: arimaKind } satisfies Kinds;
export const SMOOTHING_KINDS = {
  ets: etsKind,
  "holt-winters": holtWintersKind,
  theta: thetaKind,
  "dynamic-theta": dynamicThetaKind,
  ces: cesKind,
  stlf: stlfKind,
} satisfies Kinds;
export const TBATS_KINDS = { tbats: tbatsKind, bats: tbatsKind } satisfies Kinds;
export const SIMPLE_KINDS = {
  naive: naiveKind,
  snaive: naiveKind,
  drift: driftKind,
  mean: meanKind,
  "window-average": windowAverageKind,
  "seasonal-window-average": windowAverageKind,
} satisfies Kinds;
export const INTERMITTENT_KINDS = {
  croston: crostonKind,
  sba: crostonKind,
  tsb: tsbKind,
  adida: aggregationKind,
  imapa: aggregationKind,
} satisfies Kinds;
export const REGRESSION_KINDS = { linear: linearKind } satisfies Kinds;
