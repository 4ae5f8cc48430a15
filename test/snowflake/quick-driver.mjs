/**
 * Loads the driver from the bundle that `quick-driver.ts` writes, with V8's code cache beside it, which the first process
 * writes. Imported by processes and their threads (`NODE_OPTIONS=--import …`).
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import path from "node:path";
import vm from "node:vm";

const bundle = process.env.LOCAL_SNOWFLAKE_DRIVER;
const codeCache = `${bundle}.${process.version}`;
const entry = createRequire(import.meta.url).resolve("snowflake-sdk");

/** Packages that the bundle leaves out: clients of clouds' storages and identities, which the local server never names. */
const ABSENT = /^(@aws-sdk|@aws-crypto|@smithy|@azure|@google-cloud)\/|^google-auth-library$/;
const absent = new Proxy(class {}, { get: (target, key) => (key in target ? target[key] : absent) });

function loadBundle(module) {
  const load = createRequire(entry);
  const cachedData = existsSync(codeCache) ? readFileSync(codeCache) : undefined;
  const script = new vm.Script(Module.wrap(readFileSync(bundle, "utf8")), { filename: bundle, cachedData });
  const require = Object.assign((name) => (ABSENT.test(name) ? absent : load(name)), load);
  script.runInThisContext()(module.exports, require, module, bundle, path.dirname(bundle));
  module.loaded = true;
  if (cachedData !== undefined && !script.cachedDataRejected) return;
  const written = `${codeCache}.${process.pid}`;
  writeFileSync(written, script.createCachedData());
  renameSync(written, codeCache);
}

const { load } = Module.prototype;
Module.prototype.load = function (filename) {
  if (filename === entry) loadBundle(this);
  else load.call(this, filename);
};
