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

/** Writes how long ago something was, up to two days; null for longer, and for what is to come. */
export function ago(ms: number): string | null {
  if (!(ms >= 0) || ms >= 48 * 3_600_000) return null;
  if (ms < 60_000) return "just now";
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} ${minutes === 1 ? "minute" : "minutes"} ago`;
  const hours = Math.floor(minutes / 60);
  return `${hours} ${hours === 1 ? "hour" : "hours"} ago`;
}

/** Writes the time of a step: dates without the time of day; in UTC, as the data have them. */
export function stepTime(value: number | undefined, type: "date" | "timestamp" | "number"): string {
  if (value === undefined) return "";
  if (type === "number") return String(value);
  const text = new Date(value).toISOString();
  return type === "date" || text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.slice(0, 16).replace("T", " ");
}
