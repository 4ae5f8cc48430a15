import { autoArima, forecast, simulate, update } from "manymodel/forecast";

// Quarterly sales of five years, in thousands; NaN where nobody counted.
const sales = [31, 42, 58, 39, 34, 45, 61, 43, 36, 49, NaN, 46, 40, 52, 69, 50, 43, 55, 73, 52];

const model = autoArima(sales, { period: 4 });
console.log(`${model.method}, fitted to ${model.nobs} differences`);

const { mean, levels, lower, upper } = forecast(model, { h: 4, levels: [80, 95] });
mean.forEach((value, i) => {
  const bounds = levels.map((level, j) => `${level} %: ${lower[j][i].toFixed(1)} to ${upper[j][i].toFixed(1)}`);
  console.log(`quarter ${i + 1}: ${value.toFixed(1)}  (${bounds.join(", ")})`);
});

// A model is plain data: store it as JSON, and it forecasts to the same bits.
const stored = JSON.parse(JSON.stringify(model));

// New values move it on without estimating anything again.
const later = update(stored, [46]);
console.log("next quarter, knowing this one:", forecast(later, { h: 1 }).mean[0].toFixed(1));

// What may happen over a year: the share of 1,000 possible years that sell more than 240.
const years = simulate(later, { h: 4, paths: 1000, seed: 1 });
const good = years.filter((path) => path.reduce((sum, value) => sum + value, 0) > 240).length;
console.log(`a year above 240: ${(good / 10).toFixed(0)} %`);
