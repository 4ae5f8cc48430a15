import { SERVICE_LEVEL } from "../core/lead-time.ts";
import { SensorStates } from "../runs/sensor-states.ts";
import { ReadingJudge } from "./judge.ts";
import { answerNumbers, predict } from "./predict.ts";
import { Refusal } from "./refusal.ts";
import { openApi, route } from "./route.ts";
import { predictAnswer, predictRequest, readingsAnswer, readingsRequest, versionPath } from "./schema.ts";
import type { Service } from "./service.ts";

/**
 * Returns the routes that predict and judge. An alias is looked up once a request, so that an answer is of one version
 * throughout.
 */
export function predictRoutes(service: Service) {
  const { registry, stage, models, pool, metrics, limits, levels: usual } = service;
  const parts = { params: versionPath, body: predictRequest(limits), answer: predictAnswer };
  const one = route("POST /v1/models/{model}/{version}/predict", "Predict for one key, or for several", parts);
  const judge = new ReadingJudge(models, pool, new SensorStates(stage));
  const judging = route("POST /v1/models/{model}/{version}/readings", "Judge new readings of sensors", {
    params: versionPath,
    body: readingsRequest(limits),
    answer: readingsAnswer,
  });
  const app = openApi().openapi(judging, async (c) => {
    const { model, version: named } = c.req.valid("param");
    const version = await registry.get(model, named);
    const sensors = await judge.judge(version, c.req.valid("json"), c.get("signal"));
    for (const { status } of sensors) metrics.partitions.inc({ status });
    return c.json({ model, version: version.version, sensors }, 200);
  });
  return app.openapi(one, async (c) => {
    const { model, version: named } = c.req.valid("param");
    const {
      keys,
      horizon: askedHorizon,
      levels = usual,
      rows,
      leadTime: steps,
      serviceLevel = SERVICE_LEVEL,
    } = c.req.valid("json");
    const version = await registry.get(model, named);
    const horizon = askedHorizon ?? version.horizon;
    const leadTime = steps === undefined ? undefined : { steps, serviceLevel };
    const question = { keys, horizon, levels, rows, leadTime };
    const numbers = answerNumbers(question);
    if (numbers > limits.maxNumbers)
      throw new Refusal(
        "input",
        `the answer would have ${numbers} numbers, more than ${limits.maxNumbers} (serve.max_numbers); ask for fewer keys, steps or levels at once`,
      );
    const predictions = await predict(service, version, question, c.get("signal"));
    for (const { status } of predictions) metrics.partitions.inc({ status });
    return c.json({ model, version: version.version, horizon, levels: [...levels], predictions }, 200);
  });
}
