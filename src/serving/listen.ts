import type { ServerResponse } from "node:http";
import { type AddressInfo, isIP } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { ManymodelError, messageOf } from "../core/errors.ts";

/** An application that answers at an address. */
export interface Listening {
  /** The address, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, and ends once the requests in progress are answered. */
  close(): Promise<void>;
}

/** The milliseconds in which a client must send a request's headers. */
const HEADERS_MS = 10_000;

/**
 * Connections that may wait to be taken. Of more the system drops the last packet of their making: they are made again
 * after seconds, or reset. Systems have a limit of their own (Linux: 4,096).
 */
const BACKLOG = 4096;

/**
 * Has an application answer at an address.
 *
 * @param port - 0: a free one
 * @param graceMs - how long requests that are under way may still take once it is to end
 * @throws {ManymodelError} `config` if the address cannot be used
 */
export async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  host: string,
  port: number,
  graceMs: number,
): Promise<Listening> {
  const serverOptions = { headersTimeout: HEADERS_MS, connectionsCheckingInterval: HEADERS_MS / 2 };
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false, serverOptions });
  const underWay = new Set<ServerResponse>();
  server.on("request", (_, response: ServerResponse) => {
    underWay.add(response);
    response.once("close", () => underWay.delete(response));
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, host, backlog: BACKLOG }, resolve);
    });
  } catch (cause) {
    throw new ManymodelError("config", `cannot listen at ${host}:${port}: ${messageOf(cause)}`, { cause });
  }
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${isIP(host) === 6 ? `[${host}]` : host}:${bound}`,
    port: bound,
    async close() {
      for (const response of underWay) if (!response.headersSent) response.setHeader("Connection", "close");
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const grace = setTimeout(() => "closeAllConnections" in server && server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(grace);
    },
  };
}
