export function writeSource(
  file: string,
  size: { readonly partitions: number; readonly rows: number; readonly value?: string },
): Promise<void>;
