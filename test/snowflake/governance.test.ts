import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import type { SnowflakeAddress } from "../../src/core/snowflake-address.ts";
import { grantStatement, neededPrivileges } from "../../src/engines/snowflake/needed.ts";
import { SERVICE } from "./account.ts";

it("the grants of the document are those that a check asks for", async () => {
  const address = {
    database: "LAB",
    schema: "MANYMODEL",
    stage: "MM_STAGE",
    warehouse: "LAB_WH",
    hybridTables: true,
    modelRegistry: true,
    inference: { computePool: "LAB_POOL", replicas: 4 },
    service: { ...SERVICE, computePool: "LAB_POOL", image: "/lab/manymodel/mm_images/manymodel:1" },
  } as unknown as SnowflakeAddress;
  const needed = (["service", "warehouse"] as const).flatMap((compute) =>
    neededPrivileges({ ...address, compute }, true).map((one) => `${grantStatement(one, "LAB_ROLE")};`),
  );
  const document = await readFile(new URL("../../docs/snowflake.md", import.meta.url), "utf8");
  expect(document.match(/^GRANT .*$/gm)!.sort()).toEqual([...new Set(needed)].sort());
});
