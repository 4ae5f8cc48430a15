import { writeFile } from "node:fs/promises";
import path from "node:path";
import { connect } from "manymodel";
import { describe, expect, it, onTestFinished } from "vitest";
import { configuredModel } from "../../src/api/configured-model.ts";
import { engineAddress } from "../../src/api/engine-address.ts";
import { openFleet } from "../../src/api/open-fleet.ts";
import { refine } from "../../src/api/verbs/refine.ts";
import type { Workspace } from "../../src/api/workspace.ts";
import { type LoadedConfig, loadConfig } from "../../src/config/load.ts";
import { placeOf } from "../../src/config/place.ts";
import { temporaryFolder } from "../workspace.ts";

/** Returns a configuration file of these lines. */
async function fileOf(...lines: string[]): Promise<string> {
  const file = path.join(await temporaryFolder(), "manymodel.yaml");
  await writeFile(file, lines.join("\n"));
  return file;
}
/** Returns the message about a configuration, from the file's name on. */
const messageOf = (thrown: unknown) => (thrown as Error).message.replace(/^.*(?=manymodel\.yaml)/, "");
const thrownBy = async (work: () => unknown) => {
  try {
    await work();
  } catch (error) {
    return messageOf(error);
  }
  return "nothing";
};

it("says the line of a key, or of the nearest above it", () => {
  const config = { file: "f", lines: { train: 3, "train.exports": 5 } };
  expect(placeOf(config, "train.exports.x")).toBe("f:5: train.exports.x");
  expect(placeOf(config, "train.seed")).toBe("f:3: train.seed");
  expect(placeOf(config, "batch.horizon")).toBe("f: batch.horizon");
  expect(placeOf({ file: "f" }, "train")).toBe("f: train");
});

describe("errors found after the configuration was read have its line", () => {
  const address = async (...lines: string[]) =>
    thrownBy(async () => engineAddress(await loadConfig(await fileOf(...lines))));
  it("of engines", async () => {
    expect(await address("engine: local", "postgres:", "  schema: x")).toMatch(
      /^manymodel\.yaml:2: postgres is for engine: postgres, but the engine is local/,
    );
    expect(await address("engine: postgres", "postgres:", "  url: mysql://x/y")).toMatch(
      /^manymodel\.yaml:3: postgres\.url begins with mysql:/,
    );
    const password = await address("engine: postgres", "postgres:", "  url: postgresql://u:secret@h/d");
    expect(password).toMatch(/^manymodel\.yaml:3: postgres\.url holds a password/);
    expect(password).not.toContain("secret");
    expect(await address("engine: local", "stage: s3:///x")).toMatch(
      /^manymodel\.yaml:2: stage: the stage "s3:\/\/\/x" has no bucket/,
    );
    expect(await address("stage: s3://b", "engine: snowflake")).toMatch(
      /^manymodel\.yaml:1: stage is for engines local/,
    );
    expect(await address("# mine", "engine: snowflake")).toMatch(/^manymodel\.yaml:2: engine is snowflake, but/);
    expect(await address("engine: snowflake", "snowflake:", "  account: a")).toBe(
      "manymodel.yaml:2: snowflake.database is missing",
    );
    expect(
      await address("engine: snowflake", "snowflake:", "  account: a", "  database: d", "  scoring: inference"),
    ).toMatch(/^manymodel\.yaml:5: snowflake\.scoring is inference/);
  });

  /** Opens a workspace of a configuration. Its commands fail before they read data. */
  const workspace = async (...lines: string[]) => {
    const mm = await connect(await fileOf("source: { table: T, partition_by: K, order_by: D }", ...lines));
    onTestFinished(() => mm.close());
    return mm as unknown as Workspace;
  };
  it("of models, fleets and candidates", async () => {
    const model = async (...lines: string[]) => {
      const mm = await workspace(...lines);
      return thrownBy(() => configuredModel(mm, mm.config.model));
    };
    expect(await model("model: arma")).toMatch(/^manymodel\.yaml:2: model: there is no built-in model "arma"/);
    expect(await model("model:", "  name: arma")).toMatch(/^manymodel\.yaml:3: model\.name: there is no/);
    expect(await model("model: naive", "train:", "  exports:", "    periods: 3")).toMatch(
      /^manymodel\.yaml:5: train\.exports\.periods: model naive has no option "periods"; it has /,
    );
    expect(await model("model:", "  name: best", "  options:", "    horizon: -3")).toMatch(
      /^manymodel\.yaml:5: model\.options\.horizon: model best has option horizon -3; it must be a whole number of at least 1/,
    );
    const fleet = await workspace("fleet:", "  launcher: kubernetes");
    expect(await thrownBy(() => openFleet(fleet))).toBe(
      "manymodel.yaml:2: fleet.kubernetes is missing; it needs the worker's image at least",
    );
    const mm = await workspace("refine:", "  candidates: [ets, arma]");
    const { candidates } = mm.config.refine as NonNullable<LoadedConfig["refine"]>;
    expect(await thrownBy(() => refine(mm, { from: "r", candidates: candidates! }))).toMatch(
      /^manymodel\.yaml:3: refine\.candidates: candidate "arma" is not known/,
    );
    expect(await thrownBy(() => refine(mm, { from: "r", candidates: ["arma"] }))).toMatch(/^candidate "arma"/);
  });
});
