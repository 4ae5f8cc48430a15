import { zip } from "../../core/aligned.ts";
import { type Database, transact } from "./database.ts";

/** Runs a write with whatever else waits to be written, in one transaction; resolves after its commit. */
export type GroupCommit = <T>(write: () => T) => Promise<T>;

interface Waiting {
  readonly write: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes that are asked for in the same turn of the event loop share one transaction, in the order in which they were
 * asked for: a commit costs more than a statement. A write that throws fails alone (it must be a single statement, which
 * SQLite undoes by itself); if the transaction fails, all of them do.
 */
export function groupCommit(db: Database): GroupCommit {
  let waiting: Waiting[] = [];
  const perform = ({ write }: Waiting): { value: unknown } | { error: unknown } => {
    try {
      return { value: write() };
    } catch (error) {
      // What ended the whole transaction, a full disk, undid the others' writes too.
      if (!db.inTransaction) throw error;
      return { error };
    }
  };
  const flush = () => {
    const group = waiting;
    waiting = [];
    try {
      const results = transact(db, () => group.map(perform));
      for (const [{ resolve, reject }, result] of zip(group, results)) {
        if ("error" in result) reject(result.error);
        else resolve(result.value as never);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };
  return <T>(write: () => T) =>
    new Promise<T>((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ write, resolve, reject });
    });
}
