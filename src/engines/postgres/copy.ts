import { once } from "node:events";
import type { Writable } from "node:stream";
import type { ClientBase, Submittable } from "pg";
import { messageOf } from "../../core/errors.ts";

/** The parts of pg's connection that copying uses. */
interface Wire {
  readonly stream: Writable;
  query(text: string): void;
  sendCopyFromChunk(chunk: Uint8Array): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** The messages of the server that pg passes on. */
interface Copying {
  submit(wire: Wire): void;
  handleCopyData(message: { readonly chunk: Uint8Array }): void;
  handleCopyInResponse(wire: Wire): void;
  handleCommandComplete(): void;
  handleReadyForQuery(): void;
  handleError(error: Error): void;
}

const submit = (client: ClientBase, copying: Copying) => void client.query(copying as unknown as Submittable);

/** Runs `COPY … TO STDOUT`; `take` gets a message of the stream at a time, which it must copy to keep. */
export function copyOut(client: ClientBase, sql: string, take: (message: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: { readonly error: unknown } | undefined;
    submit(client, {
      submit: (wire) => wire.query(sql),
      handleCopyData({ chunk }) {
        try {
          if (failure === undefined) take(chunk);
        } catch (error) {
          failure = { error };
        }
      },
      handleCopyInResponse: (wire) => wire.sendCopyFail("this is not a copy into a table"),
      handleCommandComplete() {},
      handleReadyForQuery: () => (failure === undefined ? resolve() : reject(failure.error)),
      handleError: reject,
    });
  });
}

/** Runs `COPY … FROM STDIN` with what `pieces` give, no faster than the server takes it. */
export function copyIn(
  client: ClientBase,
  sql: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = new AbortController();
    let failure: unknown;
    const send = async (wire: Wire) => {
      try {
        for await (const piece of pieces) {
          if (ended.signal.aborted) return;
          wire.sendCopyFromChunk(piece);
          if (wire.stream.writableNeedDrain) await once(wire.stream, "drain", { signal: ended.signal });
        }
        wire.endCopyFrom();
      } catch (error) {
        if (ended.signal.aborted) return;
        failure = error;
        wire.sendCopyFail(messageOf(error, 100));
      }
    };
    submit(client, {
      submit: (wire) => wire.query(sql),
      handleCopyData() {},
      handleCopyInResponse: (wire) => void send(wire),
      handleCommandComplete() {},
      handleReadyForQuery: () => resolve(),
      handleError(error) {
        ended.abort();
        reject(failure ?? error);
      },
    });
  });
}
