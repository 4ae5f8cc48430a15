import { useEffect, useState } from "preact/hooks";

const KEY = "manymodel.theme";
const CHANGED = "manymodel:theme";
const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const stored = (): Theme => THEMES.find((one) => one === localStorage.getItem(KEY)) ?? "auto";

/** Shows the page as was chosen; `auto` is what the system prefers. */
export function applyTheme(theme: Theme = stored()): void {
  localStorage.setItem(KEY, theme);
  document.documentElement.dataset.theme = theme;
  dispatchEvent(new Event(CHANGED));
}

export function nextTheme(): void {
  applyTheme(THEMES[(THEMES.indexOf(stored()) + 1) % THEMES.length]);
}

/** Returns the chosen theme, and a number that changes with the colours, so that a canvas is drawn again. */
export function useTheme(): { theme: Theme; version: number } {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const changed = () => setVersion((n) => n + 1);
    const system = matchMedia("(prefers-color-scheme: dark)");
    addEventListener(CHANGED, changed);
    system.addEventListener("change", changed);
    return () => {
      removeEventListener(CHANGED, changed);
      system.removeEventListener("change", changed);
    };
  }, []);
  return { theme: stored(), version };
}

/** Returns a colour of the style sheet in a form that a canvas takes. */
export function colour(name: string, alpha = 1): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return alpha === 1 ? value : value.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
}
