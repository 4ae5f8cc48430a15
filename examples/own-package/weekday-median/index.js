/** Returns for each place in the season the median of its last `depth` values, the next place first. */
export function fit(y, { period, depth }) {
  const places = Array.from({ length: period }, (_, place) => {
    const last = [];
    for (let t = y.length - period + place; t >= 0 && last.length < depth; t -= period)
      if (!Number.isNaN(y[t])) last.push(y[t]);
    if (last.length === 0) throw new RangeError(`place ${place + 1} of ${period} in the season has no value`);
    last.sort((a, b) => a - b);
    return (last[(last.length - 1) >> 1] + last[last.length >> 1]) / 2;
  });
  return { kind: "weekday-median", places };
}

/** Returns the places, repeated as often as needed. */
export function predict({ places }, horizon) {
  return Array.from({ length: horizon }, (_, i) => places[i % places.length]);
}
