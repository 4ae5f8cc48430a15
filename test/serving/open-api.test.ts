import { expect, it } from "vitest";
import { ACCESS } from "../../dist/serving/access.js";
import * as planner from "../../dist/serving/planner-schema.js";
import * as schema from "../../dist/serving/schema.js";
import { openVersions, serve } from "./serving.ts";

type Schema = { readonly $ref?: string; readonly example?: unknown };
type Operation = {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly requestBody?: object;
  readonly responses: Record<string, object>;
  readonly security: readonly object[];
};

it("the OpenAPI document has every route of the matrix and no other, and its examples are valid", async () => {
  const { ask } = await serve(await openVersions({ units: 1 }));
  const { body: document } = await ask("GET /openapi.json");
  expect(document.openapi).toBe("3.1.0");
  const paths = document.paths as Record<string, Record<string, Operation>>;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      route: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  );
  expect(operations.map(({ route }) => route).sort()).toEqual(Object.keys(ACCESS).sort());
  for (const { route, path, operation } of operations) {
    const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
    expect(declared.map(({ name }) => name).sort()).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort());
    expect(declared.every(({ required }) => required)).toBe(true);
    expect(operation.requestBody !== undefined).toBe(route.startsWith("POST"));
    expect(Object.keys(operation.responses)).toEqual(["200", "default"]);
    expect(operation.security.length > 0).toBe(ACCESS[route as keyof typeof ACCESS] !== "anyone");
  }
  const text = JSON.stringify(document);
  const components = document.components.schemas as Record<string, Schema>;
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) expect(components).toHaveProperty(name!);
  const limits = { maxKeys: 1, maxHorizon: 2 };
  const validating = {
    PredictRequest: schema.predictRequest(limits),
    PredictAnswer: schema.predictAnswer,
    ReadingsRequest: schema.readingsRequest(limits),
    AliasMove: schema.aliasMove,
    Nothing: schema.nothing,
    Health: schema.health,
    Error: schema.errorAnswer,
    OverridesToSet: planner.overridesToSet,
    OverridesToRemove: planner.overridesToRemove,
    NoteToAdd: planner.noteToAdd,
  };
  const examples = Object.entries(components).flatMap(([name, { example }]) => (example === undefined ? [] : [name]));
  expect(examples.sort()).toEqual(Object.keys(validating).sort());
  for (const [name, validator] of Object.entries(validating))
    expect(() => validator.parse(components[name]!.example)).not.toThrow();
});

it("answers conform to the document", async () => {
  const { ask } = await serve(await openVersions({ units: 2 }));
  const answers = [
    ["GET /v1/models", schema.modelList],
    ["GET /v1/models/M", schema.modelAnswer],
    ["GET /v1/models/M/V1", schema.versionAnswer],
    ["GET /v1/models/M/V1/partitions", schema.partitionPage],
    ["GET /v1/models/M/V1/partitions/s:U00", schema.partitionAnswer],
    ["GET /v1/aliases", schema.aliasList],
    ["GET /v1/audit", schema.auditAnswer],
    ["GET /healthz", schema.health],
    ["GET /nothing", schema.errorAnswer],
  ] as const;
  for (const [request, shape] of answers) expect(shape.parse((await ask(request)).body), request).toBeDefined();
  const predicted = await ask("POST /v1/models/M/V1/predict", { keys: ["U00", "x"] });
  expect(schema.predictAnswer.parse(predicted.body).predictions).toHaveLength(2);
});
