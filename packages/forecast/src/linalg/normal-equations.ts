/**
 * Replaces `b` by the solution of the symmetric positive definite system A x = b; returns b'x. Keeps A.
 *
 * @param shares - receives what each column adds to b'x after the columns before it
 */
export function solveNormal(A: Float64Array, b: Float64Array, r: number, shares?: Float64Array): number {
  if (r === 1) {
    const x = A[0]! > 0 ? b[0]! / A[0]! : 0;
    const explained = x * b[0]!;
    b[0] = x;
    shares?.fill(explained);
    return explained;
  }
  const L = new Float64Array(r * r);
  const z = new Float64Array(r);
  let explained = 0;
  for (let i = 0; i < r; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i * r + j]!;
      for (let l = 0; l < j; l++) sum -= L[i * r + l]! * L[j * r + l]!;
      if (i !== j) L[i * r + j] = L[j * r + j]! > 0 ? sum / L[j * r + j]! : 0;
      else L[i * r + i] = sum > 1e-14 * A[i * r + i]! ? Math.sqrt(sum) : 0;
    }
    let sum = b[i]!;
    for (let l = 0; l < i; l++) sum -= L[i * r + l]! * z[l]!;
    z[i] = L[i * r + i]! > 0 ? sum / L[i * r + i]! : 0;
    explained += z[i]! * z[i]!;
    if (shares !== undefined) shares[i] = z[i]! * z[i]!;
  }
  for (let i = r - 1; i >= 0; i--) {
    let sum = z[i]!;
    for (let l = i + 1; l < r; l++) sum -= L[l * r + i]! * b[l]!;
    b[i] = L[i * r + i]! > 0 ? sum / L[i * r + i]! : 0;
  }
  return explained;
}
