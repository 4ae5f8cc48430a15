import { arimaKind } from "./arima/arima-kind.ts";
import { cesKind } from "./ces/ces-kind.ts";
import type { Kinds } from "./dispatch.ts";
import { driftKind } from "./drift.ts";
import { etsKind } from "./ets/ets-kind.ts";
import { holtWintersKind } from "./holt-winters.ts";
import { aggregationKind } from "./intermittent/aggregation.ts";
import { crostonKind } from "./intermittent/croston.ts";
import { tsbKind } from "./intermittent/tsb.ts";
import { meanKind } from "./mean.ts";
import { naiveKind } from "./naive.ts";
import { linearKind } from "./regression/linear-kind.ts";
import { stlfKind } from "./stlf.ts";
import { tbatsKind } from "./tbats/tbats-kind.ts";
import { dynamicThetaKind } from "./theta/dynamic-theta.ts";
import { thetaKind } from "./theta/theta.ts";
import { windowAverageKind } from "./window-average.ts";

/** The kinds of models that each family of methods gives (see families.ts). */
export const ARIMA_KINDS = { arima: arimaKind } satisfies Kinds;
export const SMOOTHING_KINDS = {
  ...{ ets: etsKind, "holt-winters": holtWintersKind, theta: thetaKind, "dynamic-theta": dynamicThetaKind },
  ...{ ces: cesKind, stlf: stlfKind },
} satisfies Kinds;
export const TBATS_KINDS = { tbats: tbatsKind, bats: tbatsKind } satisfies Kinds;
export const SIMPLE_KINDS = {
  ...{ naive: naiveKind, snaive: naiveKind, drift: driftKind, mean: meanKind },
  ...{ "window-average": windowAverageKind, "seasonal-window-average": windowAverageKind },
  ...{ croston: crostonKind, sba: crostonKind, tsb: tsbKind, adida: aggregationKind, imapa: aggregationKind },
  linear: linearKind,
} satisfies Kinds;
