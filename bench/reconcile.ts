/**
 * Reconciling forecasts of many leaves: CPU seconds and peak memory of each method on levels that nest (total, store,
 * store × sku) and on levels that cross (total, store, sku as well), for 30 steps. Run from the repository's root:
 *
 *   npm run bench:reconcile -- 10000
 */
import { groupedHierarchy, normal, type ReconcileOptions, random, reconciler } from "../packages/forecast/src/index.ts";

const leaves = Number(process.argv[2] ?? 10_000);
const STEPS = 30;
const TIMES = 100;
const skus = Math.round(Math.sqrt(leaves) * 3);
const uniform = random(1);
const keys = {
  store: Array.from({ length: leaves }, (_, leaf) => `${Math.floor(leaf / skus)}`),
  sku: Array.from({ length: leaves }, (_, leaf) => `${leaf % skus}`),
};
for (const [shape, levels] of [
  ["nested", [[], ["store"]]],
  ["crossed", [[], ["store"], ["sku"]]],
] as const) {
  const h = groupedHierarchy(keys, levels);
  const level = Float64Array.from({ length: h.nodes }, (_, node) => (node < h.aggregates ? 0 : 100 * uniform() ** 2));
  const sums = reconciler(h, { method: "bottom-up" }).reconcile(level);
  const noise = () => sums.map((sum) => 0.3 * Math.sqrt(1 + sum) * normal(uniform));
  const steps = Array.from({ length: STEPS }, () => noise().map((error, node) => sums[node]! + error));
  const residuals = Array.from({ length: TIMES }, noise);
  const variances = sums.map((sum) => 0.09 * (1 + sum));
  for (const method of ["bottom-up", "ols", "wls-struct", "wls-var", "mint-shrink"] as const) {
    const options: ReconcileOptions = { method, variances, residuals };
    const began = process.cpuUsage();
    const prepared = reconciler(h, options);
    prepared.varianceRatios();
    const { user, system } = process.cpuUsage(began);
    for (const step of steps) prepared.reconcile(step);
    const all = process.cpuUsage(began);
    const seconds = (usage: NodeJS.CpuUsage) => Number(((usage.user + usage.system) / 1e6).toFixed(3));
    console.log(
      JSON.stringify({
        shape,
        method,
        leaves,
        aggregates: h.aggregates,
        prepare: seconds({ user, system }),
        total: seconds(all),
        peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
      }),
    );
  }
}
