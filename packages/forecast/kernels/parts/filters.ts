import { pair } from "./pair";

/**
 * Linear filters in place, the same bits as those of `src/arima/filter.ts`. A series and coefficients are addresses of
 * float64 values. Two steps that do not depend on each other share an instruction. Each keeps its own order of operations.
 */

function at(x: usize, t: i32): f64 {
  return load<f64>(x + ((<usize>t) << 3));
}

/** Computes x ← (1 − Σ a_i B^(i·lag)) x: the autoregressive (moving sum) side. */
export function autoregress(x: usize, n: i32, a: usize, count: i32, lag: i32): void {
  if (count === 0) return;
  const full = min(n, count * lag);
  const back = (<usize>lag) << 3;
  const first = x + ((<usize>full) << 3);
  let u = x + ((<usize>n) << 3);
  if (count === 1) {
    const a1 = load<f64>(a);
    const b1 = f64x2.splat(a1);
    while (u >= first + 16) {
      u -= 16;
      v128.store(u, f64x2.sub(v128.load(u), f64x2.mul(b1, v128.load(u - back))));
    }
    if (u > first) {
      u -= 8;
      store<f64>(u, load<f64>(u) - a1 * load<f64>(u - back));
    }
  } else if (count === 2) {
    const a1 = load<f64>(a);
    const a2 = load<f64>(a + 8);
    const b1 = f64x2.splat(a1);
    const b2 = f64x2.splat(a2);
    const back2 = back << 1;
    while (u >= first + 16) {
      u -= 16;
      const sum = f64x2.add(f64x2.mul(b1, v128.load(u - back)), f64x2.mul(b2, v128.load(u - back2)));
      v128.store(u, f64x2.sub(v128.load(u), sum));
    }
    if (u > first) {
      u -= 8;
      store<f64>(u, load<f64>(u) - (a1 * load<f64>(u - back) + a2 * load<f64>(u - back2)));
    }
  } else {
    while (u >= first + 16) {
      u -= 16;
      let sum = f64x2.splat(0);
      let from = u - back;
      for (let i = 0; i < count; i++, from -= back)
        sum = f64x2.add(sum, f64x2.mul(f64x2.splat(at(a, i)), v128.load(from)));
      v128.store(u, f64x2.sub(v128.load(u), sum));
    }
    if (u > first) {
      u -= 8;
      let sum: f64 = 0;
      let from = u - back;
      for (let i = 0; i < count; i++, from -= back) sum += at(a, i) * load<f64>(from);
      store<f64>(u, load<f64>(u) - sum);
    }
  }
  for (let t = full - 1; t >= lag; t--) {
    let sum: f64 = 0;
    for (let i = 0, s = t - lag; s >= 0; i++, s -= lag) sum += at(a, i) * at(x, s);
    const to = x + ((<usize>t) << 3);
    store<f64>(to, load<f64>(to) - sum);
  }
}

/** Computes x ← x / (1 + Σ b_j B^(j·lag)), starting at `from` with zeros before: the moving-average (recursive) side. */
export function recurse(x: usize, n: i32, b: usize, count: i32, lag: i32, from: i32): void {
  if (count === 0) return;
  if (lag === 1 && count <= 5) {
    recurseNear(x, n, b, count, from);
    return;
  }
  const full = min(n, from + count * lag);
  const back = (<usize>lag) << 3;
  for (let t = from + lag; t < full; t++) {
    let sum: f64 = 0;
    for (let j = 0, s = t - lag; s >= from && j < count; j++, s -= lag) sum += at(b, j) * at(x, s);
    const to = x + ((<usize>t) << 3);
    store<f64>(to, load<f64>(to) - sum);
  }
  const end = x + ((<usize>n) << 3);
  let u = x + ((<usize>full) << 3);
  if (count === 1) {
    const b1 = load<f64>(b);
    for (; u < end; u += 8) store<f64>(u, load<f64>(u) - b1 * load<f64>(u - back));
  } else if (count === 2) {
    const b1 = load<f64>(b);
    const b2 = load<f64>(b + 8);
    const back2 = back << 1;
    for (; u < end; u += 8) store<f64>(u, load<f64>(u) - (b1 * load<f64>(u - back) + b2 * load<f64>(u - back2)));
  } else {
    for (; u < end; u += 8) {
      let sum: f64 = 0;
      let s = u - back;
      for (let j = 0; j < count; j++, s -= back) sum += at(b, j) * load<f64>(s);
      store<f64>(u, load<f64>(u) - sum);
    }
  }
}

/** Computes `recurse` at lag 1 with at most five coefficients, the last values kept at hand. */
function recurseNear(x: usize, n: i32, b: usize, count: i32, from: i32): void {
  const end = x + ((<usize>n) << 3);
  let u = x + ((<usize>from) << 3);
  const b1 = load<f64>(b);
  let x1: f64 = 0;
  if (count === 1) {
    for (; u < end; u += 8) {
      x1 = load<f64>(u) - b1 * x1;
      store<f64>(u, x1);
    }
    return;
  }
  const b2 = load<f64>(b + 8);
  let x2: f64 = 0;
  if (count === 2) {
    for (; u < end; u += 8) {
      const value = load<f64>(u) - b2 * x2 - b1 * x1;
      x2 = x1;
      x1 = value;
      store<f64>(u, value);
    }
    return;
  }
  const b3 = load<f64>(b + 16);
  const b4 = count > 3 ? load<f64>(b + 24) : 0;
  const b5 = count > 4 ? load<f64>(b + 32) : 0;
  let x3: f64 = 0;
  let x4: f64 = 0;
  let x5: f64 = 0;
  for (; u < end; u += 8) {
    const value = load<f64>(u) - (b5 * x5 + b4 * x4 + b3 * x3 + b2 * x2) - b1 * x1;
    x5 = x4;
    x4 = x3;
    x3 = x2;
    x2 = x1;
    x1 = value;
    store<f64>(u, value);
  }
}

function storePair(low: usize, high: usize, value: v128): void {
  v128.store64_lane(low, value, 0);
  v128.store64_lane(high, value, 1);
}

/**
 * Computes `recurse` at lag 1 of four series at once: their recursions wait for their own last values only. `series`
 * has the four addresses. With more than five coefficients one follows the other.
 */
export function recurseFour(series: usize, n: i32, b: usize, count: i32, from: i32): void {
  if (count === 0) return;
  let s0: usize = load<usize>(series);
  let s1: usize = load<usize>(series + 4);
  let s2: usize = load<usize>(series + 8);
  let s3: usize = load<usize>(series + 12);
  if (count > 5) {
    recurse(s0, n, b, count, 1, from);
    recurse(s1, n, b, count, 1, from);
    recurse(s2, n, b, count, 1, from);
    recurse(s3, n, b, count, 1, from);
    return;
  }
  const start = (<usize>from) << 3;
  const end = s0 + ((<usize>n) << 3);
  s0 += start;
  s1 += start;
  s2 += start;
  s3 += start;
  const b1 = f64x2.splat(load<f64>(b));
  let x1 = f64x2.splat(0);
  let y1 = f64x2.splat(0);
  if (count === 1) {
    for (; s0 < end; s0 += 8, s1 += 8, s2 += 8, s3 += 8) {
      x1 = f64x2.sub(pair(s0, s1), f64x2.mul(b1, x1));
      y1 = f64x2.sub(pair(s2, s3), f64x2.mul(b1, y1));
      storePair(s0, s1, x1);
      storePair(s2, s3, y1);
    }
    return;
  }
  const b2 = f64x2.splat(load<f64>(b + 8));
  let x2 = f64x2.splat(0);
  let y2 = f64x2.splat(0);
  if (count === 2) {
    for (; s0 < end; s0 += 8, s1 += 8, s2 += 8, s3 += 8) {
      const x = f64x2.sub(f64x2.sub(pair(s0, s1), f64x2.mul(b2, x2)), f64x2.mul(b1, x1));
      const y = f64x2.sub(f64x2.sub(pair(s2, s3), f64x2.mul(b2, y2)), f64x2.mul(b1, y1));
      x2 = x1;
      x1 = x;
      y2 = y1;
      y1 = y;
      storePair(s0, s1, x);
      storePair(s2, s3, y);
    }
    return;
  }
  const b3 = f64x2.splat(load<f64>(b + 16));
  const b4 = f64x2.splat(count > 3 ? load<f64>(b + 24) : 0);
  const b5 = f64x2.splat(count > 4 ? load<f64>(b + 32) : 0);
  let x3 = f64x2.splat(0);
  let x4 = f64x2.splat(0);
  let x5 = f64x2.splat(0);
  let y3 = f64x2.splat(0);
  let y4 = f64x2.splat(0);
  let y5 = f64x2.splat(0);
  for (; s0 < end; s0 += 8, s1 += 8, s2 += 8, s3 += 8) {
    const xs = f64x2.add(
      f64x2.add(f64x2.add(f64x2.mul(b5, x5), f64x2.mul(b4, x4)), f64x2.mul(b3, x3)),
      f64x2.mul(b2, x2),
    );
    const ys = f64x2.add(
      f64x2.add(f64x2.add(f64x2.mul(b5, y5), f64x2.mul(b4, y4)), f64x2.mul(b3, y3)),
      f64x2.mul(b2, y2),
    );
    const x = f64x2.sub(f64x2.sub(pair(s0, s1), xs), f64x2.mul(b1, x1));
    const y = f64x2.sub(f64x2.sub(pair(s2, s3), ys), f64x2.mul(b1, y1));
    x5 = x4;
    x4 = x3;
    x3 = x2;
    x2 = x1;
    x1 = x;
    y5 = y4;
    y4 = y3;
    y3 = y2;
    y2 = y1;
    y1 = y;
    storePair(s0, s1, x);
    storePair(s2, s3, y);
  }
}

/** Computes the adjoint of `recurse` from 0: the same recursion run backwards in time, zeros after the last value. */
export function recurseBackward(x: usize, n: i32, b: usize, count: i32, lag: i32): void {
  if (count === 0) return;
  if (lag === 1 && count <= 5) {
    recurseNearBackward(x, n, b, count);
    return;
  }
  const full = max(0, n - count * lag);
  for (let t = n - 1 - lag; t >= full; t--) {
    let sum: f64 = 0;
    for (let j = 0, s = t + lag; s < n && j < count; j++, s += lag) sum += at(b, j) * at(x, s);
    const to = x + ((<usize>t) << 3);
    store<f64>(to, load<f64>(to) - sum);
  }
  const ahead = (<usize>lag) << 3;
  let u = x + ((<usize>full) << 3);
  if (count === 1) {
    const b1 = load<f64>(b);
    while (u > x) {
      u -= 8;
      store<f64>(u, load<f64>(u) - b1 * load<f64>(u + ahead));
    }
  } else if (count === 2) {
    const b1 = load<f64>(b);
    const b2 = load<f64>(b + 8);
    const ahead2 = ahead << 1;
    while (u > x) {
      u -= 8;
      store<f64>(u, load<f64>(u) - (b1 * load<f64>(u + ahead) + b2 * load<f64>(u + ahead2)));
    }
  } else {
    while (u > x) {
      u -= 8;
      let sum: f64 = 0;
      let s = u + ahead;
      for (let j = 0; j < count; j++, s += ahead) sum += at(b, j) * load<f64>(s);
      store<f64>(u, load<f64>(u) - sum);
    }
  }
}

/** Computes `recurseBackward` at lag 1 with at most five coefficients. */
function recurseNearBackward(x: usize, n: i32, b: usize, count: i32): void {
  const b1 = load<f64>(b);
  const b2 = count > 1 ? load<f64>(b + 8) : 0;
  const b3 = count > 2 ? load<f64>(b + 16) : 0;
  const b4 = count > 3 ? load<f64>(b + 24) : 0;
  const b5 = count > 4 ? load<f64>(b + 32) : 0;
  let x1: f64 = 0;
  let x2: f64 = 0;
  let x3: f64 = 0;
  let x4: f64 = 0;
  let x5: f64 = 0;
  let u = x + ((<usize>n) << 3);
  while (u > x) {
    u -= 8;
    const value = load<f64>(u) - (b5 * x5 + b4 * x4 + b3 * x3 + b2 * x2) - b1 * x1;
    x5 = x4;
    x4 = x3;
    x3 = x2;
    x2 = x1;
    x1 = value;
    store<f64>(u, value);
  }
}

/** Computes `recurseBackward` at lag 1 of two series at once. */
export function recurseTwoBackward(low: usize, high: usize, n: i32, b: usize, count: i32): void {
  if (count === 0) return;
  if (count > 5) {
    recurseBackward(low, n, b, count, 1);
    recurseBackward(high, n, b, count, 1);
    return;
  }
  const b1 = f64x2.splat(load<f64>(b));
  const b2 = f64x2.splat(count > 1 ? load<f64>(b + 8) : 0);
  const b3 = f64x2.splat(count > 2 ? load<f64>(b + 16) : 0);
  const b4 = f64x2.splat(count > 3 ? load<f64>(b + 24) : 0);
  const b5 = f64x2.splat(count > 4 ? load<f64>(b + 32) : 0);
  let x1 = f64x2.splat(0);
  let x2 = f64x2.splat(0);
  let x3 = f64x2.splat(0);
  let x4 = f64x2.splat(0);
  let x5 = f64x2.splat(0);
  let u = low + ((<usize>n) << 3);
  let v = high + ((<usize>n) << 3);
  while (u > low) {
    u -= 8;
    v -= 8;
    const sum = f64x2.add(
      f64x2.add(f64x2.add(f64x2.mul(b5, x5), f64x2.mul(b4, x4)), f64x2.mul(b3, x3)),
      f64x2.mul(b2, x2),
    );
    const value = f64x2.sub(f64x2.sub(pair(u, v), sum), f64x2.mul(b1, x1));
    x5 = x4;
    x4 = x3;
    x3 = x2;
    x2 = x1;
    x1 = value;
    storePair(u, v, value);
  }
}
