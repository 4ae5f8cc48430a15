// Loaded into a container's process: nothing can be written below a mount that belongs to another user.
import fs from "node:fs";
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const mounts = process.env.LOCAL_SNOWFLAKE_ROOT_OWNED.split(":");

function refuse(call, file) {
  if (!mounts.some((mount) => String(file).startsWith(`${mount}/`))) return;
  throw Object.assign(new Error(`EACCES: permission denied, ${call} '${file}'`), { code: "EACCES", syscall: call });
}

for (const call of ["writeFile", "mkdir"]) {
  const [original, originalSync] = [promises[call], fs[`${call}Sync`]];
  promises[call] = async (file, ...rest) => {
    refuse(call, file);
    return original(file, ...rest);
  };
  fs[`${call}Sync`] = (file, ...rest) => {
    refuse(call, file);
    return originalSync(file, ...rest);
  };
}
syncBuiltinESMExports();
