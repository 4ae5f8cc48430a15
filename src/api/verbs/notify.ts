import { parseDuration } from "../../core/duration.ts";
import { messageOf } from "../../core/errors.ts";
import { type Delivery, postWebhook } from "../../monitor/webhook.ts";
import { pause } from "../../stages/pause.ts";
import type { Workspace } from "../workspace.ts";
import { nightState, type StepReport } from "./pipeline-steps.ts";

const TIMEOUT = "10s";

/**
 * Sends by POST what a night did to the webhook of the configuration. Never throws: what went wrong is in the result.
 *
 * @param error - what the step that failed threw
 * @returns null where the configuration has no webhook, or not for this state
 */
export async function notify(
  { config }: Workspace,
  steps: readonly StepReport[],
  error?: unknown,
): Promise<Delivery | null> {
  const configured = config.pipeline?.notify;
  if (configured === undefined) return null;
  const state = error === undefined ? nightState(steps) : "failed";
  if (configured.when === "trouble" && state === "ok") return null;
  const timeout = parseDuration("pipeline.notify.timeout", configured.timeout ?? TIMEOUT);
  const document = {
    model: config.register.model,
    state,
    ...(error !== undefined && { error: messageOf(error) }),
    steps: steps.map(({ step, skipped, seconds, result }) => ({ step, skipped, seconds, result })),
  };
  return postWebhook(configured.url, document, timeout, pause);
}
