/**
 * Writes the JSON Schemas of a Job that test/fleets/kubernetes.test.ts validates manifests by, one for each version of
 * Kubernetes: `node scripts/kubernetes-schemas.js FOLDER VERSION…`. FOLDER holds the schemas that the package
 * `kubernetes-validate` of PyPI installs (`kubernetes_validate/kubernetes-json-schema`), which Kubernetes publishes under
 * the Apache License 2.0. Descriptions are left out.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const [folder, ...versions] = process.argv.slice(2);
const fixtures = fileURLToPath(new URL("../test/fixtures/kubernetes", import.meta.url));
const JOB = "io.k8s.api.batch.v1.Job";

/** Returns a schema without what only people read, and with references that stay in one document. */
function condense(schema, referenced) {
  if (Array.isArray(schema)) return schema.map((one) => condense(one, referenced));
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).filter(
    ([name, value]) => !(name === "description" && typeof value === "string") && !/^(\$id|\$schema|x-)/.test(name),
  );
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (name !== "$ref" || typeof value !== "string") return [name, condense(value, referenced)];
      const definition = value.split("/").at(-1);
      referenced.push(definition);
      return [name, `#/$defs/${definition}`];
    }),
  );
}

for (const version of versions) {
  const file = path.join(folder, `v${version}.0-local-strict`, "_definitions.json");
  const definitions = JSON.parse(readFileSync(file, "utf8")).$defs;
  const $defs = {};
  for (const names = [JOB]; names.length > 0; ) {
    const name = names.pop();
    $defs[name] ??= condense(definitions[name], names);
  }
  const text = JSON.stringify({ $ref: `#/$defs/${JOB}`, $defs });
  writeFileSync(path.join(fixtures, `job-${version}.json.gz`), gzipSync(text, { level: 9 }));
}
