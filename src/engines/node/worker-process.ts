import type { PlainData } from "../../core/columns/plain-data.ts";
import { ManymodelError } from "../../core/errors.ts";
import { startThread } from "./vessel.ts";

/**
 * A worker in a process of its own: what it is asked is passed on to a thread, so that this process hears, whatever a
 * body does, that the one that started it has ended.
 */
const send = process.send?.bind(process);
if (send === undefined) throw new ManymodelError("usage", "a worker's process is started by another process, with IPC");
process.once("disconnect", () => process.exit());
// What interrupts a terminal's whole group is answered by the one that started it, which may let a chunk be ended.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
process.once("message", (first) => {
  const { name, module, context, memoryMb } = first as {
    name: string;
    module: string;
    context: PlainData;
    memoryMb?: number;
  };
  const tell = (message: unknown, then: () => void = () => {}) => send(message, undefined, {}, then);
  const entry = { module: new URL(module), context, ...(memoryMb !== undefined && { memoryMb }) };
  const thread = startThread(entry, name, {
    told: (message) => tell(message),
    ended: (why, details) =>
      tell({ type: "lost", why, outOfMemory: details?.outOfMemory ?? false }, () => process.exit(1)),
  });
  process.on("message", (request) => thread.post(request));
});
