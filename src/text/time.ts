/** Writes a duration in milliseconds as people say it; a dash for none. */
export function duration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return "–";
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 90) return `${s < 10 ? s.toFixed(1) : Math.round(s)} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}

/** Writes a moment, to the minute, in UTC. */
export const moment = (iso: string): string => `${new Date(iso).toISOString().slice(0, 16).replace("T", " ")}Z`;

/** Writes the time of a step: dates without the time of day; in UTC, as the data have them. */
export function stepTime(value: number | undefined, type: "date" | "timestamp" | "number"): string {
  if (value === undefined) return "";
  if (type === "number") return String(value);
  const text = new Date(value).toISOString();
  return type === "date" || text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.slice(0, 16).replace("T", " ");
}
