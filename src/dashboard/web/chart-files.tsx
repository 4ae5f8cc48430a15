import { useRef, useState } from "preact/hooks";
import { chartDocument } from "./charts/chart-document.ts";
import { fileName, pngOf, saveFile } from "./save.ts";

/** Saves a chart as SVG or PNG. `draw`: returns the document; that of the figure about the buttons when left out. */
export function ChartFiles({ name, draw }: { name: string; draw?: () => string }) {
  const box = useRef<HTMLSpanElement>(null);
  const [problem, setProblem] = useState<string>();
  const save = async (ending: "svg" | "png") => {
    const figure = box.current?.closest("figure");
    const svg = draw?.() ?? (figure == null ? "" : chartDocument(figure));
    const data = ending === "svg" ? new Blob([svg], { type: "image/svg+xml" }) : await pngOf(svg);
    saveFile(data, fileName(name, ending));
  };
  const button = (ending: "svg" | "png") => (
    <button
      type="button"
      class="quiet"
      aria-label={`Save ${name} as ${ending.toUpperCase()}`}
      onClick={() =>
        void save(ending).then(
          () => setProblem(undefined),
          () => setProblem("Not saved: the browser cannot draw it."),
        )
      }
    >
      {ending.toUpperCase()}
    </button>
  );
  return (
    <span ref={box} class="files">
      {button("svg")}
      {button("png")}
      {problem !== undefined && (
        <span class="bad" role="alert">
          {problem}
        </span>
      )}
    </span>
  );
}
