/**
 * Returns the standard error of an area under the ROC curve, by Hanley and McNeil's approximation. NaN without rows of
 * both classes.
 *
 * @param auc - from 0 to 1
 * @param ones - rows of class 1
 * @param zeros - rows of class 0
 * @see Hanley & McNeil (1982), doi:10.1148/radiology.143.1.7063747
 */
export function aucError(auc: number, ones: number, zeros: number): number {
  const [both, twice] = [auc / (2 - auc), (2 * auc * auc) / (1 + auc)];
  const square = auc * (1 - auc) + (ones - 1) * (both - auc * auc) + (zeros - 1) * (twice - auc * auc);
  return ones > 0 && zeros > 0 ? Math.sqrt(square / (ones * zeros)) : NaN;
}
