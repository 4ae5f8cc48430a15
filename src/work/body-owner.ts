import { AsyncLocalStorage } from "node:async_hooks";

/** The partition that a body runs for: it takes what the body leaves outside its own calls. */
export interface BodyOwner {
  /** Takes an error that the body threw where nobody could catch it. */
  takeError: (error: unknown) => void;
  /** Takes what is printed while the body is at work, on whichever stream. */
  readonly takePrinted?: (text: string) => void;
}

/** The owner of what runs. It is the only storage of its kind, since each one makes every promise dearer. */
export const bodyOwner = new AsyncLocalStorage<BodyOwner>();
