import { misfit } from "../../core/instance-family.ts";
import type { SnowflakeAddress } from "../../core/snowflake-address.ts";
import type { EngineFacts, Feature } from "../../ports/engine.ts";
import { grantsOf } from "./grants.ts";
import type { Names } from "./names.ts";
import { grantStatement, neededPrivileges } from "./needed.ts";
import { readRow, type Session } from "./session.ts";
import { accountStatements, imageRepository } from "./sql/account.ts";
import { FACTS } from "./sql/session.ts";
import { TABLES } from "./sql/setup.ts";
import { tableStatements } from "./sql/tables.ts";

/** Roles that come with an account: services cannot be theirs. */
const SYSTEM_ROLES = ["ACCOUNTADMIN", "ORGADMIN", "SECURITYADMIN", "USERADMIN", "GLOBALORGADMIN"];
/** Regions without hybrid tables: Google's, and those of governments. */
const WITHOUT_HYBRID_TABLES = /GCP_|GOV/i;
const STANDARD_ONLY = "then there are mode: tasks and compute: warehouse, and no queue mode in services";

/** Describes an account, its role's privileges, and the objects that the configuration needs. Nothing is created. */
export async function describeAccount(session: Session, names: Names, address: SnowflakeAddress): Promise<EngineFacts> {
  const sql = accountStatements(names);
  const [[version, clock] = []] = await session.rows(FACTS);
  const [[current, region] = []] = await session.rows(sql.role);
  const role = String(current);
  const [schemata] = await readRow(session, sql.schemata, [names.schemaName]);
  const isSetUp = Number(schemata) > 0;
  const has = await grantsOf(session, sql, role);
  const privileges = neededPrivileges(address, isSetUp).map((needed) => ({
    what: [needed.privilege, "on", needed.on.toLowerCase(), needed.name.join(".")].join(" ").trim(),
    granted: has(needed),
    advice: grantStatement(needed, role),
  }));
  return {
    versions: { snowflake: String(version) },
    privileges,
    features: [await workspace(session, names), ...(await features(session, names, address, role, String(region)))],
    clock: Number(clock),
  };
}

/** Checks whether the role sees the objects that setup creates. */
async function workspace(session: Session, names: Names): Promise<Feature> {
  const existing = new Set((await session.rows(tableStatements(names).list, [names.schemaName])).map(([name]) => name));
  // Hybrid tables are listed otherwise by some accounts: the checks of queue and roster try them.
  const missing = Object.values(TABLES).filter((name) => name !== TABLES.workers && !existing.has(name));
  if (missing.length === 0) return { name: "workspace", ok: true, detail: "all of its tables are there" };
  const advice = "run: manymodel setup, or have the role granted what setup made";
  return { name: "workspace", ok: false, detail: `not seen: ${missing.join(", ")}`, advice };
}

async function features(
  session: Session,
  names: Names,
  { hybridTables, queueTable, warehouse, containers, service = containers }: SnowflakeAddress,
  role: string,
  region: string,
): Promise<Feature[]> {
  const sql = accountStatements(names);
  const describe = async (text: string) => {
    // What is not there, or may not be looked at, is not seen.
    const rows = await session.records(text, 1000).catch(() => []);
    return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)])));
  };
  const list: Feature[] = [];
  const note = (name: string, ok: boolean, detail: string, advice: string) =>
    list.push({ name, ok, detail, ...(!ok && { advice }) });

  if (!hybridTables) note("hybrid", true, `hybrid tables are not used: ${STANDARD_ONLY}`, "");
  else if ((await describe(sql.hybridTables(queueTable))).length > 0)
    note("hybrid", true, "hybrid tables are there", "");
  else {
    const detail = WITHOUT_HYBRID_TABLES.test(region)
      ? `${region} has no hybrid tables`
      : `${region} has hybrid tables, unless the account is a trial; setup tells`;
    const advice = `set snowflake.hybrid_tables: false; ${STANDARD_ONLY}`;
    note("hybrid", !WITHOUT_HYBRID_TABLES.test(region), detail, advice);
  }
  if (warehouse !== undefined) {
    const [one] = await describe(sql.warehouses(warehouse));
    const advice = "name one that is there in snowflake.warehouse, or have USAGE on it granted";
    note("warehouse", one !== undefined, `${warehouse} is ${one === undefined ? "not seen" : one.state}`, advice);
  }
  if (service === undefined) return list;
  const { computePool, instanceFamily, image } = service;
  const [pool] = await describe(sql.computePools(computePool));
  const sameFamily = pool?.instance_family === instanceFamily;
  note(
    "pool",
    pool?.state !== undefined && sameFamily && !/FAILED|STOPPING|DELET/.test(pool.state),
    pool === undefined
      ? `${computePool} is not seen`
      : `${computePool} is ${pool.state}, of ${pool.instance_family}${sameFamily ? "" : `, not ${instanceFamily} as configured`}, at most ${pool.max_nodes} nodes`,
    "run: manymodel setup, have USAGE and MONITOR on it granted, or set snowflake.instance_family to what it is",
  );
  const wrong = misfit(service, pool?.instance_family ?? instanceFamily);
  const size = `a container has ${service.cpu} CPUs and ${service.memory}`;
  note("size", wrong === undefined, wrong ?? size, "set snowflake.cpu and snowflake.memory to what a machine has");
  const repository = imageRepository(image);
  const images = repository === undefined ? [] : await describe(sql.images(repository));
  const isThere = images.some(
    ({ image_path: path }) => path !== undefined && pathOf(`/${path.replace(/^\//, "")}`) === pathOf(image),
  );
  const push = "build docker/snowflake-worker.Dockerfile and push it there, or correct snowflake.image";
  note("image", isThere, `${image} is ${isThere ? "there" : "not seen in its repository"}`, push);
  const usual = !SYSTEM_ROLES.includes(role);
  note("role", usual, `services are ${usual ? "" : "never "}owned by ${role}`, "set snowflake.role to one of your own");
  return list;
}

/** Returns an image's path without the host that it may begin with. */
const pathOf = (image: string) => image.replace(/^[^/]*\//, "").toLowerCase();
