export { type Calibration, calibrate, whiten } from "./calibration.ts";
export { coverageLoss, growth } from "./coverage.ts";
export { type Cusum, cusum } from "./cusum.ts";
export { type DataShift, dataShift } from "./data-shift.ts";
export { detect, type Findings, type Thresholds, type WatchedSeries } from "./detect.ts";
export { benjaminiHochberg } from "./false-discovery.ts";
export { averageRunLength } from "./run-length.ts";
export { judge, type Verdict, type VerdictName } from "./verdict.ts";
