const PAGE: usize = 65536;

/** Grows the memory until it has `bytes`; what it has never shrinks, and the next series uses it again. */
export function reserve(bytes: usize): void {
  const have = <usize>memory.size() * PAGE;
  if (bytes > have) memory.grow(<i32>((bytes - have + PAGE - 1) / PAGE));
}
