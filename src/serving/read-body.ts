import type { IncomingMessage } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import type { MiddlewareHandler } from "hono";
import { jsonSize } from "./json-size.ts";
import type { Limits } from "./limit.ts";
import { Refusal } from "./refusal.ts";

/** The depth to which a body may be nested. The deepest that a route takes is 4: a cell of a row of a key's rows. */
const MAX_DEPTH = 8;

/**
 * Returns middleware that reads the body of a POST within the limits, before the request counts as under way: bytes, time,
 * values and depth are bounded before anything is parsed. All bodies that are arriving together hold at most
 * `maxConcurrent` times `maxBodyBytes`.
 */
export function readBody(limits: BodyLimits): MiddlewareHandler<{ Bindings: HttpBindings }> {
  const { maxBodyBytes, maxValues, maxConcurrent } = limits;
  const arriving = { bytes: 0, most: maxConcurrent * maxBodyBytes };
  return async (c, next) => {
    // No other method's body is ever read.
    if (c.req.method !== "POST") return next();
    let bytes: Buffer;
    try {
      bytes = await receive(c.env.incoming, limits, arriving);
    } catch (error) {
      // The rest of the body is not read, so the connection cannot be used again.
      c.header("Connection", "close");
      if (error instanceof Refusal && error.kind === "busy") c.header("Retry-After", "1");
      throw error;
    }
    const text = decode(bytes);
    const { values, depth } = jsonSize(text, { values: maxValues, depth: MAX_DEPTH });
    if (values > maxValues)
      throw new Refusal("too-large", `the request has more than ${maxValues} values (serve.max_values)`);
    if (depth > MAX_DEPTH)
      throw new Refusal(
        "input",
        `the request is nested more than ${MAX_DEPTH} levels deep; no request needs more than 4`,
      );
    c.req.json = async () => JSON.parse(text);
    await next();
  };
}

type BodyLimits = Pick<Limits, "maxBodyBytes" | "maxValues" | "maxConcurrent" | "timeoutMs">;

/**
 * Returns the bytes of a request's body. @throws {Refusal} `too-large`, `too-slow`, `busy`, or `input` if the client is
 * gone
 */
function receive(
  incoming: IncomingMessage,
  { maxBodyBytes, timeoutMs }: BodyLimits,
  arriving: { bytes: number; readonly most: number },
): Promise<Buffer> {
  const tooLarge = () =>
    new Refusal("too-large", `the request has more than ${maxBodyBytes} bytes (serve.max_body_kb)`);
  if (Number(incoming.headers["content-length"] ?? 0) > maxBodyBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(
      () =>
        finish(new Refusal("too-slow", `the body took longer than ${timeoutMs / 1000} s to arrive (serve.timeout)`)),
      timeoutMs,
    );
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      arriving.bytes += chunk.length;
      if (length > maxBodyBytes) finish(tooLarge());
      else if (arriving.bytes > arriving.most)
        finish(new Refusal("busy", "too many large requests are arriving at once; ask again"));
    };
    const onEnd = () => finish();
    const onClose = () => finish(new Refusal("input", "the connection ended before the body did"));
    const finish = (refusal?: Refusal) => {
      clearTimeout(timer);
      arriving.bytes -= length;
      incoming.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
      if (refusal === undefined) return resolve(Buffer.concat(chunks));
      incoming.pause();
      reject(refusal);
    };
    incoming.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
  });
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Refusal("input", "the body is not UTF-8");
  }
}
