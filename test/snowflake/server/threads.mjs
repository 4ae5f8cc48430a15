/**
 * Before it moves files to and from a folder instead of a cloud's storage, the driver sets the process's umask, which
 * worker threads cannot. Loaded into processes that are tested with threads (`NODE_OPTIONS=--import …`).
 */
import { isMainThread } from "node:worker_threads";

if (!isMainThread) process.umask = () => 0o22;
