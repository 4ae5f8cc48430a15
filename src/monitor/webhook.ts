import { messageOf } from "../core/errors.ts";

/** The delivery of an alert. */
export interface Delivery {
  readonly delivered: boolean;
  readonly attempts: number;
  /** The status code of the response, or null without a response. */
  readonly status: number | null;
  readonly error: string | null;
}

const ATTEMPTS = 3;

/**
 * Sends by POST a document as JSON, up to three times: again after an answer of 429 or 5xx, or none in time, not after any other
 * refusal. Follows no redirection. Never throws: what went wrong is in the result.
 *
 * @param pause - waits so many milliseconds, 0.5 and 1 seconds between attempts
 */
export async function postWebhook(
  url: string,
  document: unknown,
  timeoutMs: number,
  pause: (ms: number) => Promise<unknown>,
): Promise<Delivery> {
  let [status, error]: [number | null, string | null] = [null, null];
  for (let attempts = 1; ; attempts++) {
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(document),
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
      });
      await answer.body?.cancel();
      if (answer.ok) return { delivered: true, attempts, status: answer.status, error: null };
      [status, error] = [answer.status, `it answered ${answer.status}`];
    } catch (thrown) {
      const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
      [status, error] = [null, messageOf(cause, 200)];
    }
    const again = status === null || status === 429 || status >= 500;
    if (!again || attempts === ATTEMPTS) return { delivered: false, attempts, status, error };
    await pause(500 * attempts);
  }
}
