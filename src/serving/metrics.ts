import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** The counters for Prometheus. */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: Counter<"method" | "route" | "status">;
  readonly seconds: Histogram<"method" | "route">;
  readonly underWay: Gauge;
  readonly partitions: Counter<"status">;
  readonly lookups: Counter<"result">;
  readonly workersLost: Counter;
}

/** @param cacheBytes - asked whenever the metrics are */
export function createMetrics(cacheBytes: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: "manymodel_cache_bytes",
    help: "Bytes of models in memory",
    registers,
    collect() {
      this.set(cacheBytes());
    },
  });
  return {
    registry,
    requests: new Counter({
      name: "manymodel_http_requests_total",
      help: "Requests answered, by method, route and status",
      labelNames: ["method", "route", "status"],
      registers,
    }),
    seconds: new Histogram({
      name: "manymodel_http_request_seconds",
      help: "Seconds from a request's arrival to its answer, by method and route",
      labelNames: ["method", "route"],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10],
      registers,
    }),
    underWay: new Gauge({ name: "manymodel_http_requests_under_way", help: "Requests not answered yet", registers }),
    partitions: new Counter({
      name: "manymodel_partitions_total",
      help: "Partitions asked for, by the status of their answer",
      labelNames: ["status"],
      registers,
    }),
    lookups: new Counter({
      name: "manymodel_cache_lookups_total",
      help: "Models looked up, by whether they were in memory (hit, miss)",
      labelNames: ["result"],
      registers,
    }),
    workersLost: new Counter({
      name: "manymodel_workers_lost_total",
      help: "Threads that were lost, or ended because predict took too long, and replaced",
      registers,
    }),
  };
}
