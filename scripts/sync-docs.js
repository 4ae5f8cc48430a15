/**
 * Copies files into the documents that show them (`<!-- file: PATH -->` before a code block), and writes the
 * configuration reference from the schema, the sizes of the forecasting package's entries, and the API reference from the
 * docstrings, the command line's from the program. Builds the site, so that a broken link is found. With `--check`, only
 * says what is out of date.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { apiReference } from "./api-reference.js";
import { readSources } from "./documented-sources.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (file) => readFileSync(`${root}${file}`, "utf8");
const stale = [];

function update(file, text) {
  let old;
  try {
    old = read(file);
  } catch {}
  if (old === text) return;
  if (process.argv.includes("--check")) stale.push(file);
  else {
    mkdirSync(path.dirname(`${root}${file}`), { recursive: true });
    writeFileSync(`${root}${file}`, text);
  }
}

for (const file of [
  "README.md",
  "packages/forecast/README.md",
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
])
  update(
    file,
    read(file).replace(
      /(<!-- file: (\S+) -->\n```(\w+)\n)[\s\S]*?(```)/g,
      (_, open, file, _language, close) => `${open}${read(file)}${close}`,
    ),
  );

const { configJsonSchema } = await import("../dist/config/schema.js");
const schema = configJsonSchema();
const typeName = ({ type, enum: values, const: only, anyOf, items }) =>
  only !== undefined
    ? `\`${only}\``
    : values
      ? values.map((value) => `\`${value}\``).join(", ")
      : anyOf
        ? anyOf.map(typeName).join(" or ")
        : type === "array" && items
          ? `list of ${items.type ?? "value"}s`
          : (type ?? "any value");
const row = (name, value, required) => {
  const fallback = required ? "required" : value.default === undefined ? "" : `\`${JSON.stringify(value.default)}\``;
  return `| \`${name}\` | ${typeName(value)} | ${fallback} | ${value.description ?? ""} |`;
};
const lines = [];
for (const [name, value] of Object.entries(schema.properties)) {
  if (value.properties === undefined) {
    lines.push(
      `## ${name}`,
      "",
      `${value.description ?? ""} ${typeName(value)}; default ${JSON.stringify(value.default)}.`,
      "",
    );
    continue;
  }
  lines.push(`## ${name}`, "", value.description ?? "", "", "| key | type | default | meaning |", "|---|---|---|---|");
  for (const [key, inner] of Object.entries(value.properties))
    lines.push(row(key, inner, value.required?.includes(key)));
  lines.push("");
}
update(
  "docs/configuration.md",
  `# Configuration

The configuration is \`manymodel.yaml\`, or the file that \`--config\` names. Relative paths start at the file's directory. An
error names the file, the line and the key, and states the expected value. Editors complete and check the file with
\`schema/manymodel.schema.json\`:
\`# yaml-language-server: $schema=node_modules/manymodel/schema/manymodel.schema.json\`.

This page is generated from the schema.

${lines.join("\n").trimEnd()}
`,
);
const { statementsDocument } = await import("./snowflake-statements.js");
update("docs/snowflake-sql.md", statementsDocument());
const { functionSizes } = await import("./function-sizes.js");
const sizes = await functionSizes();
update(
  "docs/snowflake.md",
  read("docs/snowflake.md").replace(/(<!-- sizes -->\n)[\s\S]*?(\n\n)/, (_, open, close) => `${open}${sizes}${close}`),
);
const { entryTable } = await import("./entry-sizes.js");
update(
  "packages/forecast/README.md",
  read("packages/forecast/README.md").replace(/(<!-- entries -->\n)(\|.*\n)*/, `$1${await entryTable()}\n`),
);
const { commandReference } = await import("./command-reference.js");
update("docs/commands.md", await commandReference());
const { app, project } = await readSources();
const { pages, undocumented } = await apiReference(project);
for (const [file, text] of pages) update(`docs/${file}`, text);
for (const name of undocumented) console.error(`${name} is exported without a docstring`);
for (const file of stale) console.error(`${file} is out of date: npm run docs`);
// The pages are rendered too, since only then is every link between them followed.
const site = mkdtempSync(path.join(tmpdir(), "manymodel-site-"));
await app.generateDocs(project, site);
rmSync(site, { recursive: true });
const broken = app.logger.warningCount + app.logger.errorCount;
process.exit(stale.length + undocumented.length + broken === 0 ? 0 : 1);
