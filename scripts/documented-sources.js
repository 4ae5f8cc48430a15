/** Reads what the documentation is made of: the docstrings of every entry of the package, and the pages below `docs/`. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Application, Converter, ReflectionKind } from "typedoc";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Each entry of the package, its source, and the first sentence of its page. */
export const ENTRIES = [
  ["manymodel", "src/index.ts", "The loop, the workspace, the registry."],
  ["manymodel/model", "src/model/index.ts", "What a model definition imports."],
  [
    "manymodel/forecast",
    "packages/forecast/src/index.ts",
    "Forecasting as pure functions of series, without dependencies.",
  ],
  ["manymodel/engine", "src/ports/index.ts", "The types of an engine: its ports, and the data they take and return."],
  ["manymodel/engines/local", "src/engines/local/index.ts", "The default engine, opened without a configuration."],
  ["manymodel/engines/memory", "src/engines/memory/index.ts", "The reference engine, which keeps nothing."],
  ["manymodel/serving", "src/serving/index.ts", "Predictions and the registry over HTTP."],
  ["manymodel/dashboard", "src/dashboard/index.ts", "The dashboard of a workspace."],
  ["manymodel/contract", "src/contract/index.ts", "The suites that every engine passes, one for each port."],
];

const LANGUAGES = "bash dockerfile http ini javascript json nginx python r sh sql ts tsx yaml".split(" ");

/**
 * Reads the sources and the pages.
 *
 * @returns the application that renders them, and the project
 */
export async function readSources() {
  const groups = documentGroups();
  const groupOf = new Map(groups.flatMap(({ title, pages }) => pages.map((page) => [page, title])));
  const app = await Application.bootstrap({
    name: "manymodel",
    readme: `${root}docs/README.md`,
    // An export of two entries is described where it is found first: an export for definitions, with the definition.
    entryPoints: ENTRIES.map(([, source]) => `${root}${source}`).sort((a, b) => b.length - a.length),
    projectDocuments: [...groupOf.keys()].map((page) => `${root}docs/${page}`),
    tsconfig: `${root}tsconfig.json`,
    excludePrivate: true,
    excludeExternals: true,
    skipErrorChecking: true,
    disableSources: true,
    hideGenerator: true,
    searchInDocuments: true,
    searchInComments: true,
    groupOrder: [...groups.map(({ title }) => title), "API", "*"],
    navigation: { includeGroups: true },
    highlightLanguages: LANGUAGES,
    validation: { invalidLink: true, invalidPath: true, notExported: false, notDocumented: false },
    logLevel: "Warn",
  });
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const page = [...groupOf.keys()].find((each) => path.basename(each, ".md") === document.name);
    if (page === undefined) return;
    document.name = titleOf(page);
    document.frontmatter.group = groupOf.get(page);
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      const entry = ENTRIES.find(([, source]) => [`${module.name}.ts`, `${module.name}/index.ts`].includes(source));
      if (entry !== undefined) module.name = entry[0];
    }
  });
  const project = await app.convert();
  app.validate(project);
  return { app, project };
}

/**
 * Reads which pages there are.
 *
 * @returns for each group of `docs/README.md` its pages, in order, as paths below `docs/`
 */
function documentGroups() {
  const groups = [];
  for (const line of readFileSync(`${root}docs/README.md`, "utf8").split("\n")) {
    const [, title] = /^## (.+)$/.exec(line) ?? [];
    if (title !== undefined) groups.push({ title, pages: [] });
    const [, page] = /^- \[[^\]]+\]\(([^)]+\.md)\)/.exec(line) ?? [];
    // The site has pages of its own for the API.
    if (page !== undefined && page !== "api/README.md") groups.at(-1).pages.push(page);
  }
  return groups;
}

/** Returns the heading of a page. */
const titleOf = (page) => /^# (.+)$/m.exec(readFileSync(`${root}docs/${page}`, "utf8"))[1];
