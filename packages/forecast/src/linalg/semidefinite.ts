/**
 * Computes the Cholesky factor of a symmetric positive semidefinite matrix, in place: A = L L'. A row that depends on earlier ones has
 * a zero on the diagonal, and its variable is left out by the solvers here.
 *
 * @param A - n × n by rows; only the lower triangle is read and written
 * @param tolerance - a pivot below this fraction of its diagonal element counts as zero
 */
export function semidefiniteCholesky(A: Float64Array, n: number, tolerance = 1e-13): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i * n + j]!;
      for (let l = 0; l < j; l++) sum -= A[i * n + l]! * A[j * n + l]!;
      if (i !== j) A[i * n + j] = A[j * n + j]! > 0 ? sum / A[j * n + j]! : 0;
      else A[i * n + i] = sum > tolerance * A[i * n + i]! ? Math.sqrt(sum) : 0;
    }
  }
}

/** Solves L z = b in place, for a factor of `semidefiniteCholesky`. */
export function forwardSolve(L: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let l = 0; l < i; l++) sum -= L[i * n + l]! * b[l]!;
    b[i] = L[i * n + i]! > 0 ? sum / L[i * n + i]! : 0;
  }
}

/** Solves L' x = z in place, for a factor of `semidefiniteCholesky`. */
export function backwardSolve(L: Float64Array, n: number, z: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    let sum = z[i]!;
    for (let l = i + 1; l < n; l++) sum -= L[l * n + i]! * z[l]!;
    z[i] = L[i * n + i]! > 0 ? sum / L[i * n + i]! : 0;
  }
}
