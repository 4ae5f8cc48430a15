const PAGE: usize = 65536;

/** Returns the bytes of so many float64 values. */
export function values(count: i32): usize {
  return (<usize>count) << 3;
}

/** Grows the memory until it has `bytes`; what it has never shrinks, and the next series uses it again. */
export function reserve(bytes: usize): void {
  const have = <usize>memory.size() * PAGE;
  if (bytes > have) memory.grow(<i32>((bytes - have + PAGE - 1) / PAGE));
}
