/** Deletes the entries of a map that were set first, until at most `room` are left. */
export function dropOldest<K>(map: Map<K, unknown>, room: number): void {
  for (const key of map.keys()) {
    if (map.size <= room) return;
    map.delete(key);
  }
}
