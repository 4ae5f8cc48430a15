import type { Models } from "../api/nouns/models.ts";
import type { Source } from "../ports/source.ts";
import type { Stage } from "../ports/stage.ts";
import type { TrainedModels } from "../runs/trained-models.ts";
import type { Limits } from "./limit.ts";
import type { Metrics } from "./metrics.ts";
import type { ServedOverrides } from "./overrides-in-force.ts";
import type { PlannerService } from "./planner-routes.ts";
import type { ScoringPool } from "./scoring-pool.ts";

/** The services that routes use. */
export interface Service extends PlannerService {
  readonly registry: Models;
  /** The overrides that answers take. */
  readonly served: ServedOverrides;
  readonly stage: Stage;
  readonly source: Source;
  readonly models: TrainedModels;
  readonly pool: ScoringPool;
  readonly metrics: Metrics;
  readonly limits: Limits;
  /** True if keys that a version does not have are forecast by the model that all of its partitions share. */
  readonly forecastsNewKeys: boolean;
  /** Coverage of the intervals in percent where a request does not say. */
  readonly levels: readonly number[];
  /** Tells whether the server takes requests. */
  readonly ready: () => boolean;
}
