import { parquetReadObjects } from "hyparquet";
import type { Stage } from "../../ports/stage.ts";

/** Returns the rows of a Parquet file that the account wrote to the stage. */
export async function readRows(stage: Stage, path: string): Promise<Record<string, unknown>[]> {
  const bytes = await stage.get(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  return parquetReadObjects({ file });
}
