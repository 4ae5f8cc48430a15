/** Faults on purpose. */
export class Faults {
  /** The address of the server. */
  origin = "";
  /** So many statements find that the session's token has expired. */
  expiredTokens = 0;
  /** True if the master token has expired too, so that only a new login helps. */
  masterExpired = false;
  /** Statements that take longer than this are answered later (long poll). */
  pollAfterMs = 30_000;
  /** So many claims of a chunk that another has just claimed are made all the same, as if nobody had looked again. */
  duplicateClaims = 0;
  /** The time limit of a call of a table function. */
  functionTimeoutMs = 60_000;
  /** So many inference jobs fail, and so many have a file that lacks a partition. */
  failedInferences = 0;
  lostOutcomes = 0;
  /** The errors of inference jobs. */
  readonly inferenceErrors: string[] = [];
  /** The time limit of an idle transaction that blocks others: five minutes in an account. */
  idleTransactionMs = 300_000;
  /** TASK_HISTORY lists a task's run so long after it has begun. */
  historyLagMs = 0;
  /** The time for which a file that was written to a mount is not seen. */
  mountLagMs = 0;
  /** Is told of each statement when it has arrived, and before it is done; and by whom. */
  onStatement: (sql: string, user: string) => void = () => {};
  /** Statements that match fail with this, so many times: before anything is done, or once it is done and its answer is lost. */
  readonly failing: { pattern: RegExp; code: string; message: string; times: number; isDone?: boolean }[] = [];

  takeExpired(): boolean {
    if (this.expiredTokens === 0) return false;
    this.expiredTokens--;
    return true;
  }

  /** Returns the failure for a statement, if any. */
  take(sql: string): { code: string; message: string; isDone?: boolean } | undefined {
    const fault = this.failing.find(({ pattern, times }) => times > 0 && pattern.test(sql));
    if (fault !== undefined) fault.times--;
    return fault;
  }

  /** Resolves when it is time to answer that a statement is still being done. */
  later(): Promise<undefined> {
    return new Promise((resolve) => {
      setTimeout(() => resolve(undefined), this.pollAfterMs).unref();
    });
  }
}
