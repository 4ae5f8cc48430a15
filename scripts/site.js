/**
 * Builds the documentation as static pages: the documents in the order and groups of `docs/README.md`, and the API
 * from the docstrings, with one search over both. `npm run docs:site` writes them to `site/`.
 */
import { readSources, root } from "./documented-sources.js";

const { app, project } = await readSources();
await app.generateDocs(project, `${root}site`);
process.exit(app.logger.warningCount + app.logger.errorCount === 0 ? 0 : 1);
