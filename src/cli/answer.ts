const stdout = process.stdout.write.bind(process.stdout) as (text: string) => boolean;

/** Writes to standard output. */
export function answer(text: string): void {
  stdout(text);
}

/** Keeps standard output for the answer: whatever else is written to it, such as by a body, goes to standard error. */
export function keepStandardOutput(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
}
