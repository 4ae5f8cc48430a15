import type { Context } from "hono";
import { ManymodelError, show } from "../core/errors.ts";
import type { ModelVersion } from "../core/registry.ts";
import { getSource } from "../runs/read-index.ts";
import { parsed, partitionAsJson, partitionPage } from "./partition-json.ts";
import { type Env, openApi, route } from "./route.ts";
import * as schema from "./schema.ts";
import type { Service } from "./service.ts";

/** Returns the routes that show the registry, and those that change it: under the name of the caller's token. */
export function registryRoutes({ registry, stage, models }: Pick<Service, "registry" | "stage" | "models">) {
  const actingFor = (c: Context<Env>) => {
    const { name } = c.get("caller");
    return name === null ? registry : registry.as(name);
  };
  return openApi()
    .openapi(route("GET /v1/models", "The models", { answer: schema.modelList }), async (c) => {
      const models = await registry.list();
      return c.json({ models: models.map((model) => ({ ...model, newest: versionAsJson(model.newest) })) }, 200);
    })
    .openapi(
      route("GET /v1/models/{model}", "A model's versions, newest first, and aliases", {
        params: schema.modelPath,
        answer: schema.modelAnswer,
      }),
      async (c) => {
        const { model } = c.req.valid("param");
        await registry.get(model);
        const versions = (await registry.versions(model)).map(versionAsJson);
        return c.json({ model, versions, aliases: await registry.aliases(model) }, 200);
      },
    )
    .openapi(
      route("GET /v1/models/{model}/{version}", "A version, with what is said of it", {
        params: schema.versionPath,
        answer: schema.versionAnswer,
      }),
      async (c) => {
        const { model, version } = c.req.valid("param");
        const record = await registry.get(model, version);
        const aliases = (await registry.aliases(model)).filter((alias) => alias.version === record.version);
        const annotations = await registry.annotations(model, record.version);
        return c.json({ ...versionAsJson(record), aliases: aliases.map(({ alias }) => alias), annotations }, 200);
      },
    )
    .openapi(
      route("GET /v1/models/{model}/{version}/partitions", "Partitions of a version, some at a time", {
        params: schema.versionPath,
        query: schema.pageQuery,
        answer: schema.partitionPage,
      }),
      async (c) => {
        const { model, version } = c.req.valid("param");
        const { offset, limit } = c.req.valid("query");
        const record = await registry.get(model, version);
        const { index } = await models.open(record);
        const rows = await partitionPage(stage, index, offset, limit);
        const partitions = rows.map((row) => partitionAsJson(record, row));
        return c.json({ model, version: record.version, total: index.partitions, offset, partitions }, 200);
      },
    )
    .openapi(
      route("GET /v1/models/{model}/{version}/partitions/{partition}", "One partition, with its fitted model", {
        params: schema.partitionPath,
        answer: schema.partitionAnswer,
      }),
      async (c) => {
        const { model, version, partition } = c.req.valid("param");
        const record = await registry.get(model, version);
        const { index, finder } = await models.open(record);
        const match = await finder.row(partition);
        if (match === undefined)
          throw new ManymodelError("not-found", `${model} ${record.version} has no partition ${show(partition)}`);
        const { row, segment } = match;
        const { runId } = getSource(index, segment);
        const [fitted, forecast, info] = [parsed(row.model), parsed(row.forecast), parsed(row.info)];
        return c.json({ ...partitionAsJson(record, row), runId, fitted, forecast, info }, 200);
      },
    )
    .openapi(
      route("DELETE /v1/models/{model}/{version}", "Delete a version that no alias points at", {
        params: schema.versionPath,
        answer: schema.deleted,
      }),
      async (c) => {
        const { model, version } = c.req.valid("param");
        await actingFor(c).remove(model, version);
        return c.json({ model, version }, 200);
      },
    )
    .openapi(
      route("GET /v1/aliases", "The aliases, of one model or of all", {
        query: schema.aliasQuery,
        answer: schema.aliasList,
      }),
      async (c) => c.json({ aliases: await registry.aliases(c.req.valid("query").model) }, 200),
    )
    .openapi(
      route("POST /v1/aliases/{model}/{alias}", "Point an alias at a version", {
        params: schema.aliasPath,
        body: schema.aliasMove,
        answer: schema.aliasAnswer,
      }),
      async (c) => {
        const { model, alias } = c.req.valid("param");
        const { version, from } = c.req.valid("json");
        await actingFor(c).setAlias(model, alias, version, from);
        return c.json({ model, alias, version }, 200);
      },
    )
    .openapi(
      route("POST /v1/aliases/{model}/{alias}/rollback", "Point an alias where it pointed before", {
        params: schema.aliasPath,
        body: schema.nothing,
        answer: schema.aliasAnswer,
      }),
      async (c) => {
        const { model, alias } = c.req.valid("param");
        return c.json({ model, alias, version: await actingFor(c).rollback(model, alias) }, 200);
      },
    )
    .openapi(
      route("GET /v1/audit", "The newest changes of the registry, oldest first", {
        query: schema.auditQuery,
        answer: schema.auditAnswer,
      }),
      async (c) => {
        const { model, limit } = c.req.valid("query");
        const entries = await registry.audit({ limit, ...(model !== undefined && { model }) });
        return c.json({ entries }, 200);
      },
    );
}

function versionAsJson(version: ModelVersion): schema.VersionJson {
  const { model, version: name, createdAt, runId, horizon, keyColumns, definitionName, definitionSha256 } = version;
  const { packageVersion, parent = null, comment, index } = version;
  const { succeeded, failed, skipped } = index;
  return {
    model,
    version: name,
    createdAt,
    runId,
    horizon,
    keyColumns: [...keyColumns],
    definitionName,
    definitionSha256,
    packageVersion,
    parent,
    comment,
    succeeded,
    failed,
    skipped,
  };
}
