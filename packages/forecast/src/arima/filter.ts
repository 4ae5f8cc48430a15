/**
 * Linear filters over the first `n` values of a buffer, in place; values before the first count as zero. A polynomial
 * is given by its coefficients at lags `lag`, 2·`lag`, …; a seasonal model applies one filter after the other instead
 * of multiplying polynomials out, so that each costs one multiplication per coefficient and step.
 */

/** Computes x ← (1 − Σ a_i B^(i·lag)) x: the autoregressive (moving sum) side. */
export function autoregress(x: Float64Array, n: number, a: Float64Array, lag: number): void {
  const count = a.length;
  if (count === 0) return;
  const full = Math.min(n, count * lag);
  if (count === 1) {
    const a1 = a[0]!;
    for (let t = n - 1; t >= full; t--) x[t]! -= a1 * x[t - lag]!;
  } else if (count === 2) {
    const a1 = a[0]!;
    const a2 = a[1]!;
    const lag2 = 2 * lag;
    for (let t = n - 1; t >= full; t--) x[t]! -= a1 * x[t - lag]! + a2 * x[t - lag2]!;
  } else {
    for (let t = n - 1; t >= full; t--) {
      let sum = 0;
      for (let i = 0, u = t - lag; i < count; i++, u -= lag) sum += a[i]! * x[u]!;
      x[t]! -= sum;
    }
  }
  for (let t = full - 1; t >= lag; t--) {
    let sum = 0;
    for (let i = 0, u = t - lag; u >= 0; i++, u -= lag) sum += a[i]! * x[u]!;
    x[t]! -= sum;
  }
}

/** Computes x ← x / (1 + Σ b_j B^(j·lag)), starting at `from` with zeros before: the moving-average (recursive) side. */
export function recurse(x: Float64Array, n: number, b: Float64Array, lag: number, from = 0): void {
  const count = b.length;
  if (count === 0) return;
  if (lag === 1 && count <= 5) {
    recurseNear(x, n, b, from);
    return;
  }
  const full = Math.min(n, from + count * lag);
  for (let t = from + lag; t < full; t++) {
    let sum = 0;
    for (let j = 0, u = t - lag; u >= from && j < count; j++, u -= lag) sum += b[j]! * x[u]!;
    x[t]! -= sum;
  }
  if (count === 1) {
    const b1 = b[0]!;
    for (let t = full; t < n; t++) x[t]! -= b1 * x[t - lag]!;
  } else if (count === 2) {
    const b1 = b[0]!;
    const b2 = b[1]!;
    const lag2 = 2 * lag;
    for (let t = full; t < n; t++) x[t]! -= b1 * x[t - lag]! + b2 * x[t - lag2]!;
  } else {
    for (let t = full; t < n; t++) {
      let sum = 0;
      for (let j = 0, u = t - lag; j < count; j++, u -= lag) sum += b[j]! * x[u]!;
      x[t]! -= sum;
    }
  }
}

/** Computes `recurse` at lag 1 with at most five coefficients, the last values kept at hand: each step waits for the one before. */
function recurseNear(x: Float64Array, n: number, b: Float64Array, from: number): void {
  const count = b.length;
  const b1 = b[0]!;
  let x1 = 0;
  if (count === 1) {
    for (let t = from; t < n; t++) x[t] = x1 = x[t]! - b1 * x1;
    return;
  }
  const b2 = b[1]!;
  let x2 = 0;
  if (count === 2) {
    for (let t = from; t < n; t++) {
      const value = x[t]! - b2 * x2 - b1 * x1;
      x2 = x1;
      x[t] = x1 = value;
    }
    return;
  }
  const b3 = b[2]!;
  const b4 = count > 3 ? b[3]! : 0;
  const b5 = count > 4 ? b[4]! : 0;
  let x3 = 0;
  let x4 = 0;
  let x5 = 0;
  for (let t = from; t < n; t++) {
    const value = x[t]! - (b5 * x5 + b4 * x4 + b3 * x3 + b2 * x2) - b1 * x1;
    x5 = x4;
    x4 = x3;
    x3 = x2;
    x2 = x1;
    x[t] = x1 = value;
  }
}

/** Computes the adjoint of `recurse` from 0: the same recursion run backwards in time, zeros after the last value. */
export function recurseBackward(x: Float64Array, n: number, b: Float64Array, lag: number): void {
  const count = b.length;
  if (count === 0) return;
  if (lag === 1 && count <= 5) {
    recurseNearBackward(x, n, b);
    return;
  }
  const full = Math.max(0, n - count * lag);
  for (let t = n - 1 - lag; t >= full; t--) {
    let sum = 0;
    for (let j = 0, u = t + lag; u < n && j < count; j++, u += lag) sum += b[j]! * x[u]!;
    x[t]! -= sum;
  }
  if (count === 1) {
    const b1 = b[0]!;
    for (let t = full - 1; t >= 0; t--) x[t]! -= b1 * x[t + lag]!;
  } else if (count === 2) {
    const b1 = b[0]!;
    const b2 = b[1]!;
    const lag2 = 2 * lag;
    for (let t = full - 1; t >= 0; t--) x[t]! -= b1 * x[t + lag]! + b2 * x[t + lag2]!;
  } else {
    for (let t = full - 1; t >= 0; t--) {
      let sum = 0;
      for (let j = 0, u = t + lag; j < count; j++, u += lag) sum += b[j]! * x[u]!;
      x[t]! -= sum;
    }
  }
}

/** Computes `recurseBackward` at lag 1 with at most five coefficients. */
function recurseNearBackward(x: Float64Array, n: number, b: Float64Array): void {
  const count = b.length;
  const b1 = b[0]!;
  const b2 = count > 1 ? b[1]! : 0;
  const b3 = count > 2 ? b[2]! : 0;
  const b4 = count > 3 ? b[3]! : 0;
  const b5 = count > 4 ? b[4]! : 0;
  let x1 = 0;
  let x2 = 0;
  let x3 = 0;
  let x4 = 0;
  let x5 = 0;
  for (let t = n - 1; t >= 0; t--) {
    const value = x[t]! - (b5 * x5 + b4 * x4 + b3 * x3 + b2 * x2) - b1 * x1;
    x5 = x4;
    x4 = x3;
    x3 = x2;
    x2 = x1;
    x[t] = x1 = value;
  }
}
