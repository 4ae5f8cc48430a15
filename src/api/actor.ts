import { hostname, userInfo } from "node:os";

/** Returns the user of this process, as the audit log names changes. */
export function actor(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `${process.getuid?.() ?? "unknown"}@${hostname()}`;
  }
}
