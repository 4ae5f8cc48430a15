import { identifier, literal } from "../literal.ts";
import type { Names } from "../names.ts";

/** The place of an image: the repository's name in parts, and the image within it, with its tag. */
export interface ImageRepository {
  readonly name: readonly [database: string, schema: string, repository: string];
  readonly image: string;
}

/**
 * Returns the repository of an image by its path, `[HOST]/DATABASE/SCHEMA/REPOSITORY/IMAGE:TAG`; undefined if it has
 * none.
 */
export function imageRepository(path: string): ImageRepository | undefined {
  const [database, schema, repository, ...image] = path.replace(/^[^/]*\//, "").split("/");
  if (database === undefined || schema === undefined || repository === undefined || image.length === 0)
    return undefined;
  return {
    name: [database.toUpperCase(), schema.toUpperCase(), repository.toUpperCase()],
    image: image.join("/"),
  };
}

/** Returns statements that look at an account, and make nothing. */
export function accountStatements(names: Names) {
  const like = (name: string) => `LIKE ${literal(name.replaceAll("_", "\\_"))}`;
  return {
    role: "SELECT CURRENT_ROLE(), CURRENT_REGION()",
    schemata: `SELECT COUNT(*) FROM ${names.database}.INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME = ?`,
    grants: (role: string) => `SHOW GRANTS TO ROLE ${identifier(role)}`,
    hybridTables: (name: string) => `SHOW HYBRID TABLES ${like(name)} IN SCHEMA ${names.schema}`,
    warehouses: (name: string) => `SHOW WAREHOUSES ${like(name)}`,
    computePools: (name: string) => `SHOW COMPUTE POOLS ${like(name)}`,
    images: ({ name }: ImageRepository) => `SHOW IMAGES IN IMAGE REPOSITORY ${name.map(identifier).join(".")}`,
  };
}
