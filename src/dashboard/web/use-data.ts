import { useEffect, useState } from "preact/hooks";
import type { Preparing } from "../wire.ts";
import { AGAIN_MS, ApiError, follow, readPrepared } from "./api.ts";
import { noteConnected, noteLost } from "./connection.ts";

/** A value from the server: not there yet, there, or an error. An earlier value stays until the next is there. */
export interface Loaded<T> {
  /** The path of the value: the path asked for, or the one before. */
  readonly path: string | null;
  readonly value: T | undefined;
  readonly error: Error | undefined;
  readonly preparing: Preparing["preparing"] | undefined;
  readonly loading: boolean;
  reload(): void;
}

/** Reads a path whenever it changes; null reads nothing. */
export function useData<T extends object>(path: string | null): Loaded<T> {
  const [again, setAgain] = useState(0);
  const [state, setState] = useState<Omit<Loaded<T>, "reload">>({
    path: null,
    value: undefined,
    error: undefined,
    preparing: undefined,
    loading: true,
  });
  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    setState((before) => ({ ...before, loading: true, error: undefined }));
    readPrepared<T>(path, abort.signal, (preparing) => setState((before) => ({ ...before, preparing }))).then(
      (value) => {
        noteConnected(path);
        setState({ path, value, error: undefined, preparing: undefined, loading: false });
      },
      (error) => {
        if (abort.signal.aborted) return;
        setState({ path, value: undefined, error, preparing: undefined, loading: false });
        if (!(error instanceof ApiError) || error.status !== 0) return noteConnected(path);
        // Nobody answered: the view goes on by itself once somebody does.
        noteLost(path);
        timer = setTimeout(() => setAgain((n) => n + 1), AGAIN_MS);
      },
    );
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path, again]);
  useEffect(() => () => noteConnected(path ?? ""), [path]);
  return { ...state, reload: () => setAgain((n) => n + 1) };
}

/** Returns the latest value of a stream, undefined before the first. */
export function useLive<T>(path: string | null): T | undefined {
  const [state, setState] = useState<{ path: string | null; value: T | undefined }>({ path: null, value: undefined });
  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    void follow<T>(path, abort.signal, (value) => setState({ path, value }));
    return () => abort.abort();
  }, [path]);
  return state.path === path ? state.value : undefined;
}
