import { useState } from "preact/hooks";
import { ApiError, download } from "./api.ts";

/** Copies a text, and says so for a moment. `label`: the text in words, where it is long. */
export function Copy({ text, label = text }: { text: string; label?: string }) {
  const [caption, setCaption] = useState("Copy");
  const copy = async () => {
    // Browsers have a clipboard on secure origins and this machine only.
    const isCopied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    setCaption(isCopied ? "Copied" : "Select and copy it");
    setTimeout(() => setCaption("Copy"), 2000);
  };
  return (
    <button type="button" class="quiet copy" aria-label={`Copy ${label}`} onClick={() => void copy()}>
      <span role="status">{caption}</span>
    </button>
  );
}

/** Downloads what the server has at a path below `/api` as a file. */
export function Download({ path, name, children }: { path: string; name: string; children: string }) {
  const [problem, setProblem] = useState<string>();
  const take = () =>
    download(path, name).then(
      () => setProblem(undefined),
      (error) => setProblem(error instanceof ApiError ? error.message : "The download broke off. Try again."),
    );
  return (
    <>
      <button type="button" class="quiet" onClick={() => void take()}>
        {children}
      </button>
      {problem !== undefined && <span class="bad">{problem}</span>}
    </>
  );
}
