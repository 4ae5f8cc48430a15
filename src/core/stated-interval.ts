const SECONDS = { H: 3600, M: 60, S: 1 } as const;

/**
 * An interval as people state it (ISO 8601: `P1D`, `P1W`, `P1M`, `P3M`, `P1Y`, `PT15M`, `PT1H`; `W12345`; `N1`), as the
 * series have it; undefined if it is none. Months are without a day: which one is each series' own.
 */
export function readInterval(text: string): string | undefined {
  const [, digits, unit] = /^P(\d+)([DWMY])(?:@\d+)?$/.exec(text) ?? [];
  const count = Number(digits);
  if (count > 0) {
    if (unit === "D" || unit === "W") return `P${count * (unit === "W" ? 7 : 1)}D`;
    return `P${count * (unit === "Y" ? 12 : 1)}M`;
  }
  const clock = /^PT(\d+(?:\.\d+)?)([HMS])$/.exec(text);
  if (clock !== null && Number(clock[1]) > 0) {
    const seconds = Number(clock[1]) * SECONDS[clock[2] as keyof typeof SECONDS];
    return seconds % 86_400 === 0 ? `P${seconds / 86_400}D` : `PT${seconds}S`;
  }
  if (/^W1?2?3?4?5?6?7?$/.test(text) && text.length > 1) return text;
  return /^N\d+(\.\d+)?$/.test(text) && Number(text.slice(1)) > 0 ? `N${Number(text.slice(1))}` : undefined;
}
