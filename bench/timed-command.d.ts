export function timedCommand(
  command: readonly string[],
  folder: string,
): { readonly cpu: number; readonly wall: number };
export function median(numbers: readonly number[]): number;
