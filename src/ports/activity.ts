import { AsyncLocalStorage } from "node:async_hooks";

/** The work in progress. An engine may pass it to its database, so that costs can be split by run and phase. */
export interface Activity {
  readonly phase?:
    | "setup"
    | "import"
    | "plan"
    | "train"
    | "index"
    | "register"
    | "score"
    | "monitor"
    | "reconcile"
    | "clean";
  readonly run?: string;
  readonly chunk?: number;
}

const current = new AsyncLocalStorage<Activity>();

/** Does a piece of work that is part of an activity; what is said here stands in for what was said around it. */
export function during<T>(activity: Activity, work: () => T): T {
  return current.run({ ...current.getStore(), ...activity }, work);
}

/** Returns the caller's activity, as far as it was stated. */
export function currentActivity(): Activity {
  return current.getStore() ?? {};
}
