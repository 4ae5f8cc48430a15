import { SqlFailure } from "./failure.ts";
import { mask } from "./masked.ts";
import { done, textRows } from "./rowset.ts";
import type { Session, Shared } from "./session.ts";
import { likePrefix, nameParts, objectName } from "./stages.ts";
import type { Handler } from "./statements.ts";

/** A privilege, or a role, that a role has. */
export interface Grant {
  readonly privilege: string;
  readonly on: string;
  /** As an account lists it. */
  readonly name: string;
  readonly to: string;
}

/** The objects of an account besides its databases, and their grants. Tests remove and add some. */
export interface Inventory {
  region: string;
  readonly grants: Grant[];
  readonly warehouses: Map<string, { state: string }>;
  readonly pools: Map<string, { state: string; family: string; maxNodes: string }>;
  /** Paths of images, with their tags. */
  readonly images: Set<string>;
  readonly tags: Set<string>;
}

/** Returns an account whose LAB_ROLE may do what it needs, partly by a role that it was granted. */
export function fullInventory(): Inventory {
  const to = "LAB_ROLE";
  return {
    region: "AWS_US_WEST_2",
    grants: [
      { privilege: "USAGE", on: "DATABASE", name: "LAB", to },
      { privilege: "CREATE SCHEMA", on: "DATABASE", name: "LAB", to },
      { privilege: "USAGE", on: "WAREHOUSE", name: "LAB_WH", to },
      { privilege: "EXECUTE TASK", on: "ACCOUNT", name: "LOCAL", to },
      { privilege: "EXECUTE MANAGED TASK", on: "ACCOUNT", name: "LOCAL", to },
      { privilege: "USAGE", on: "ROLE", name: "POOL_USER", to },
      { privilege: "USAGE", on: "COMPUTE_POOL", name: "POOL", to: "POOL_USER" },
      { privilege: "MONITOR", on: "COMPUTE_POOL", name: "POOL", to: "POOL_USER" },
      { privilege: "READ", on: "IMAGE_REPOSITORY", name: "LAB.MM.MM_IMAGES", to: "POOL_USER" },
    ],
    warehouses: new Map([["LAB_WH", { state: "STARTED" }]]),
    pools: new Map([["POOL", { state: "IDLE", family: "CPU_X64_S", maxNodes: "2" }]]),
    tags: new Set(["GOVERNANCE.TAGS.COST_CENTER"]),
    images: new Set(["lab/mm/mm_images/worker:1"]),
  };
}

/** Returns handlers of statements about the account. The creator of an object owns it. */
export function inventoryStatements(inventory: Inventory, shared: Shared): Handler {
  return async (session, sql) => {
    const text = sql.trim();
    const { code, literal, unmask } = mask(text);
    const rows = (names: readonly string[], rows: readonly (readonly string[])[]) => ({
      rowset: textRows(names, rows),
    });
    giveOwnership(inventory, session, text);
    if (text === "SELECT CURRENT_ROLE(), CURRENT_REGION()")
      return rows(["CURRENT_ROLE()", "CURRENT_REGION()"], [[session.role, inventory.region]]);
    if (/^CREATE HYBRID TABLE /.test(text) && !/^(AWS|AZURE)_(?!.*GOV)/.test(inventory.region))
      throw new SqlFailure("391420", "0A000", `Hybrid tables are not available in ${inventory.region}.`);
    const grants = /^SHOW GRANTS TO ROLE (\S+)$/.exec(code);
    if (grants !== null) {
      const role = objectName(unmask(grants[1]!));
      const ofRole = inventory.grants.filter(({ to }) => to === role);
      return rows(
        ["created_on", "privilege", "granted_on", "name", "granted_to", "grantee_name"],
        ofRole.map(({ privilege, on, name }) => ["", privilege, on, name, "ROLE", role]),
      );
    }
    const show = /^SHOW (HYBRID TABLES|WAREHOUSES|COMPUTE POOLS) LIKE \ue000(\d+)\ue000(?: IN SCHEMA (\S+))?$/.exec(
      code,
    );
    if (show !== null) {
      const [, kind, at, schema] = show;
      const name = likePrefix(literal(Number(at)));
      const [warehouse, pool] = [inventory.warehouses.get(name), inventory.pools.get(name)];
      if (kind === "WAREHOUSES") return rows(["name", "state"], warehouse ? [[name, warehouse.state]] : []);
      if (kind === "COMPUTE POOLS")
        return rows(
          ["name", "state", "instance_family", "max_nodes"],
          pool ? [[name, pool.state, pool.family, pool.maxNodes]] : [],
        );
      return rows(["name"], shared.hybrid.has(`${objectName(unmask(schema!))}.${name}`) ? [[name]] : []);
    }
    const images = /^SHOW IMAGES IN IMAGE REPOSITORY (\S+)$/.exec(code);
    if (images !== null) {
      const within = `${nameParts(unmask(images[1]!)).join("/")}/`.toLowerCase();
      const matches = [...inventory.images].filter((image) => image.startsWith(within));
      return rows(
        ["image_path"],
        matches.map((image) => [image]),
      );
    }
    const tagged = /^ALTER (?:SCHEMA|COMPUTE POOL) \S+ SET TAG (\S+) = \ue000\d+\ue000$/.exec(code);
    if (tagged !== null) {
      const name = objectName(unmask(tagged[1]!));
      if (!inventory.tags.has(name))
        throw new SqlFailure(
          "002003",
          "02000",
          `SQL compilation error: Tag '${name}' does not exist or not authorized.`,
        );
      return { rowset: done() };
    }
    const pool = /^CREATE COMPUTE POOL IF NOT EXISTS (\S+) .* MAX_NODES = (\d+) INSTANCE_FAMILY = (\w+)/.exec(text);
    if (pool !== null && !inventory.pools.has(objectName(pool[1]!)))
      inventory.pools.set(objectName(pool[1]!), { state: "SUSPENDED", family: pool[3]!, maxNodes: pool[2]! });
    return undefined;
  };
}

/** Grants a new schema, stage or pool to its creator. */
function giveOwnership({ grants, pools }: Inventory, { role }: Session, text: string): void {
  const creation = /^CREATE (SCHEMA|STAGE|COMPUTE POOL|IMAGE REPOSITORY) IF NOT EXISTS (\S+)/.exec(text);
  if (creation === null) return;
  const [on, name] = [creation[1]!.replace(" ", "_"), objectName(creation[2]!)];
  const isOwned =
    pools.has(name) ||
    grants.some((grant) => grant.on === on && grant.name === name && grant.privilege === "OWNERSHIP");
  if (!isOwned) grants.push({ privilege: "OWNERSHIP", on, name, to: role });
}
