import { zip } from "../../core/aligned.ts";

/** Asks for something together with whatever else is asked for meanwhile. */
export type Batched<Item, Answer> = (item: Item) => Promise<Answer>;

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** No statement carries more than this. */
const LARGEST = 200;

/**
 * Batches requests: those made in one turn of the event loop, or while a statement is on its way, share the next
 * statement, and so one commit. The commit takes long, not the row. All of them fail if the statement does.
 *
 * @param send - answers items, in their order
 */
export function batched<Item, Answer>(
  send: (items: readonly Item[]) => Promise<readonly Answer[]>,
): Batched<Item, Answer> {
  let waiting: Waiting<Item, Answer>[] = [];
  let busy = false;
  const flush = async () => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, LARGEST);
      waiting = waiting.slice(LARGEST);
      try {
        const answers = await send(group.map(({ item }) => item));
        for (const [{ resolve }, answer] of zip(group, answers)) resolve(answer);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    busy = false;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (busy) return;
      busy = true;
      setImmediate(() => void flush());
    });
}
