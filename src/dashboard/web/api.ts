import type { Preparing, WireError } from "../wire.ts";
import { noteConnected, noteLost } from "./connection.ts";
import { saveFile } from "./save.ts";

const TOKEN = "manymodel.token";
/** Kept as long as the tab is open, and sent as a header: no other site can make the browser send it. */
export const token = {
  get: () => sessionStorage.getItem(TOKEN),
  set: (value: string) => sessionStorage.setItem(TOKEN, value),
  clear: () => sessionStorage.removeItem(TOKEN),
};

/** The window's event when the server no longer knows the token. */
export const REFUSED = "manymodel:refused";

/** The server said no, or could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const current = token.get();
  if (current !== null) headers.set("Authorization", `Bearer ${current}`);
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new ApiError(0, "The server does not answer. Is manymodel ui still running?");
  }
  if (response.ok) return response;
  // A token that was revoked meanwhile; not one that another has taken the place of by now.
  if (response.status === 401 && token.get() === current) dispatchEvent(new Event(REFUSED));
  const body = (await response.json().catch(() => null)) as Partial<WireError> | null;
  throw new ApiError(response.status, body?.error?.message ?? `The server answered ${response.status}.`);
}

/** Reads what the server has at a path below `/api`. */
export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await request(`/api${path}`, signal === undefined ? {} : { signal })).json() as Promise<T>;
}

/** Has the browser save what the server has at a path below `/api`. Read by `fetch`, since a link cannot send a token. */
export async function download(path: string, name: string): Promise<void> {
  const response = await request(`/api${path}`);
  if (response.status === 202) throw new ApiError(202, "The server still reads the run. Try again in a moment.");
  saveFile(await response.blob(), name);
}

/** Sends a change. */
export async function send<T>(path: string, body: unknown): Promise<T> {
  const headers = { "Content-Type": "application/json" };
  return (await request(path, { method: "POST", body: JSON.stringify(body), headers })).json() as Promise<T>;
}

/** Removes what the server has at a path. */
export async function remove(path: string): Promise<void> {
  await request(path, { method: "DELETE" });
}

/** Reads what may still be in the making; tells how far it is until it is there. */
export async function readPrepared<T extends object>(
  path: string,
  signal: AbortSignal,
  onProgress: (progress: Preparing["preparing"]) => void,
): Promise<T> {
  for (;;) {
    const answer = await read<T | Preparing>(path, signal);
    if (!("preparing" in answer)) return answer;
    onProgress(answer.preparing);
    await new Promise((resolve) => setTimeout(resolve, 250));
    signal.throwIfAborted();
  }
}

/** The milliseconds before a server that was lost is asked again. */
export const AGAIN_MS = 2000;
/** The server says something at least every 15 s; after so long a silence nobody is there. */
const SILENT_MS = 40_000;

/**
 * Follows a stream of server-sent events until it is aborted or refused; opened again when it breaks, which is noted
 * for the page to say. Read by `fetch`, since an EventSource cannot send a token.
 */
export async function follow<T>(path: string, signal: AbortSignal, onValue: (value: T) => void): Promise<void> {
  signal.addEventListener("abort", () => noteConnected(path));
  while (!signal.aborted) {
    const silent = new AbortController();
    let timer = setTimeout(() => silent.abort(), SILENT_MS);
    try {
      const either = AbortSignal.any([signal, silent.signal]);
      const response = await request(`/api${path}`, { signal: either, headers: { Accept: "text/event-stream" } });
      noteConnected(path);
      if (response.body === null) throw new Error(`the answer of ${path} has no body`);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let buffer = "";
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        clearTimeout(timer);
        timer = setTimeout(() => silent.abort(), SILENT_MS);
        const text = buffer + piece.value;
        const end = text.lastIndexOf("\n\n");
        buffer = end < 0 ? text : text.slice(end + 2);
        for (const event of text.slice(0, Math.max(0, end)).split("\n\n"))
          if (event.startsWith("data: ")) onValue(JSON.parse(event.slice(6)) as T);
      }
    } catch (error) {
      if (error instanceof ApiError && error.status >= 400 && error.status < 500)
        return void (signal.aborted || noteLost(path, error.message));
    } finally {
      clearTimeout(timer);
    }
    if (signal.aborted) return;
    noteLost(path);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
