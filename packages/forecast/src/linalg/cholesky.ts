/**
 * Computes the Cholesky factor of a symmetric positive definite matrix: A = L L'.
 *
 * @param A - n × n by rows; only the lower triangle is read
 * @param L - receives the lower triangle, n × n by rows; may be `A` itself
 * @returns false if A is not positive definite (numerically); L is then incomplete
 */
export function cholesky(A: Float64Array, n: number, L: Float64Array): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i * n + j]!;
      for (let l = 0; l < j; l++) sum -= L[i * n + l]! * L[j * n + l]!;
      if (i !== j) L[i * n + j] = sum / L[j * n + j]!;
      else if (sum > 1e-13 * Math.abs(A[i * n + i]!)) L[i * n + i] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** Solves L L' x = b in place. */
export function choleskySolve(L: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let l = 0; l < i; l++) sum -= L[i * n + l]! * b[l]!;
    b[i] = sum / L[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let l = i + 1; l < n; l++) sum -= L[l * n + i]! * b[l]!;
    b[i] = sum / L[i * n + i]!;
  }
}

/** Returns the inverse of L L', n × n by rows. */
export function choleskyInverse(L: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  const column = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    column.fill(0);
    column[j] = 1;
    choleskySolve(L, n, column);
    for (let i = 0; i < n; i++) inverse[i * n + j] = column[i]!;
  }
  return inverse;
}
