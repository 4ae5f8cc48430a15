/**
 * Writes the API reference as Markdown: a page for each entry of the package, from the docstrings of what it exports.
 */
import { readFileSync } from "node:fs";
import { ReflectionKind } from "typedoc";
import { ENTRIES, root } from "./documented-sources.js";

const KINDS = [
  ["Functions", ReflectionKind.Function],
  ["Classes", ReflectionKind.Class],
  ["Values", ReflectionKind.Variable],
  ["Types", ReflectionKind.Interface | ReflectionKind.TypeAlias],
];

/** Returns the page of an entry below `docs/`. */
const pageOf = (entry) => `api/${entry.replaceAll("/", "-")}.md`;

/**
 * Writes the pages of the API.
 *
 * @param project the project of `readSources`
 * @returns the text of each page by its path below `docs/`, and the names of exports without a docstring
 */
export async function apiReference(project) {
  const undocumented = [];
  const pages = new Map();
  for (const [entry, , about] of ENTRIES) {
    const module = project.children.find(({ name }) => name === entry);
    const exports = module.children.filter((child) => child.variant !== "reference");
    for (const child of exports) if (!isDocumented(child)) undocumented.push(`${entry}: ${child.name}`);
    const text = page(entry, about, exports, module.children);
    pages.set(pageOf(entry), entry === "manymodel/forecast" ? `${text}${await forecastEntries()}` : text);
  }
  pages.set(
    "api/README.md",
    `# API\n\nEvery export of the package, from its docstrings.\n\n${ENTRIES.map(([entry, , about]) => `- [\`${entry}\`](${pageOf(entry).slice(4)}): ${about}`).join("\n")}\n`,
  );
  return { pages, undocumented };
}

/** Returns the entries of the forecasting package, with the functions and values that each exports. */
async function forecastEntries() {
  const { exports } = JSON.parse(readFileSync(`${root}packages/forecast/package.json`, "utf8"));
  const rows = [];
  for (const [name, { default: file }] of Object.entries(exports)) {
    if (!file?.startsWith("./dist/entries/")) continue;
    const names = Object.keys(await import(`${root}packages/forecast/${file}`));
    rows.push(`| \`manymodel/forecast${name.slice(1)}\` | ${names.map((exported) => `\`${exported}\``).join(", ")} |`);
  }
  return [
    "\n## Entries",
    "",
    "The same functions by family, for small bundles ([sizes](../../packages/forecast/README.md#entries)). `forecast`, `fitted`, `residuals`, `update`, `simulate` and `supports` of an entry take the models of its family.",
    "",
    "| entry | exports |",
    "|---|---|",
    ...rows,
    "",
  ].join("\n");
}

/** Tells whether an export has a doc comment, and for a class also each method and property. */
function isDocumented(child) {
  const comment = child.comment ?? child.signatures?.[0]?.comment;
  if (comment === undefined) return false;
  if (child.kind !== ReflectionKind.Class) return true;
  return methods(child).every(({ signatures }) => signatures[0].comment !== undefined);
}

/** Returns the methods of a class, without those inherited from a foreign class, such as `Error`. */
function methods({ kind, children }) {
  if (kind !== ReflectionKind.Class) return [];
  return children.filter((member) => member.kind === ReflectionKind.Method && !isOfOthers(member));
}

/** Tells whether a member is inherited from a package, or from Node. */
const isOfOthers = ({ flags }) => flags.isExternal === true;

function page(entry, about, exports, all) {
  const elsewhere = all.length - exports.length;
  const sections = KINDS.flatMap(([title, kind]) => {
    const members = exports.filter((child) => (child.kind & kind) !== 0).sort((a, b) => (a.name < b.name ? -1 : 1));
    return members.length === 0 ? [] : [`## ${title}`, ...members.map(described)];
  });
  const reexported = elsewhere > 0 ? ["It also exports all of [`manymodel/model`](manymodel-model.md)."] : [];
  return `${[`# \`${entry}\``, about, ...reexported, "This page is generated from the docstrings.", ...sections].join("\n\n")}\n`;
}

/** Returns an export: its name, its TypeScript, and the text of its docstring. */
function described(child) {
  const signature = child.signatures?.[0];
  const parts = [`### \`${child.name}\``, code(declaration(child))];
  if (signature === undefined) parts.push(prose(child.comment));
  else parts.push(prose(signature.comment, parameters(signature)));
  for (const { name, signatures } of methods(child))
    parts.push(
      `#### \`${child.name}.${name}\``,
      code(call(signatures[0])),
      prose(signatures[0].comment, parameters(signatures[0])),
    );
  if (child.kind !== ReflectionKind.Class) parts.push(members(child));
  return parts.filter((part) => part !== "").join("\n\n");
}

const code = (text) => `\`\`\`ts\n${text}\n\`\`\``;

/** Returns an export as TypeScript declares it; a class and an interface by their heads. */
function declaration(child) {
  const generics = typeParameters(child.typeParameters);
  switch (child.kind) {
    case ReflectionKind.Function:
      return child.signatures.map((signature) => `function ${call(signature)}`).join("\n");
    case ReflectionKind.Variable:
      return `const ${child.name}: ${child.type}`;
    case ReflectionKind.TypeAlias:
      return fields(child).length > 0
        ? `type ${child.name}${generics}`
        : `type ${child.name}${generics} = ${child.type}`;
    case ReflectionKind.Class:
      return `class ${child.name}${generics}${child.extendedTypes ? ` extends ${child.extendedTypes.join(", ")}` : ""}`;
    default:
      return `interface ${child.name}${generics}${child.extendedTypes ? ` extends ${child.extendedTypes.join(", ")}` : ""}`;
  }
}

function call({ name, parameters = [], type, typeParameters: generics }) {
  const list = parameters.map((parameter) => {
    const optional = parameter.flags.isOptional || parameter.defaultValue !== undefined ? "?" : "";
    return `${parameter.name}${optional}: ${parameter.type}`;
  });
  return `${name}${typeParameters(generics)}(${list.join(", ")}): ${type}`;
}

const typeParameters = (all = []) =>
  all.length === 0
    ? ""
    : `<${all.map(({ name, type, default: otherwise }) => `${name}${type ? ` extends ${type}` : ""}${otherwise ? ` = ${otherwise}` : ""}`).join(", ")}>`;

/** Returns the properties and methods of an interface or an object type. */
const fields = (child) => child.children ?? child.type?.declaration?.children ?? [];

function members(child) {
  return fields(child)
    .filter((member) => (member.kind & (ReflectionKind.Property | ReflectionKind.Method)) !== 0)
    .map((member) => {
      const signature = member.signatures?.[0] ?? member.type?.declaration?.signatures?.[0];
      const written = member.signatures
        ? call(signature)
        : `${member.name}${member.flags.isOptional ? "?" : ""}: ${member.type}`;
      const text = prose(member.comment ?? signature?.comment).replaceAll("\n", " ");
      return `- \`${written}\`${text === "" ? "" : `: ${text}`}`;
    })
    .join("\n");
}

/** Returns the parameters that a docstring explains. */
function parameters(signature) {
  const explained = (signature.parameters ?? []).flatMap((parameter) => {
    const text = prose(parameter.comment).replaceAll("\n", " ");
    return text === "" ? [] : [`- \`${parameter.name}\`: ${text}`];
  });
  return explained.join("\n");
}

/** Returns a docstring: its text, its parameters, then results, errors and sources. */
function prose(comment, explained = "") {
  if (comment === undefined) return explained;
  const text = (content) =>
    content
      .map((part) => (part.kind === "inline-tag" ? `\`${part.text}\`` : part.text))
      .join("")
      .trim();
  const tags = comment.blockTags.flatMap(({ tag, content }) =>
    TAGS[tag] === undefined ? [] : [`${TAGS[tag]}: ${text(content).replace(/^- /, "")}`],
  );
  return [text(comment.summary), explained, ...tags].filter((part) => part !== "").join("\n\n");
}

const TAGS = { "@returns": "Returns", "@throws": "Throws", "@see": "See" };
