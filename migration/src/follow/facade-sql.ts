import type { FollowableTable } from "../inspect/followable";
import { ident, qualified } from "../sql/quote";

/** A table that is followed, as the facade needs to know it. */
export type Followed = Pick<FollowableTable, "name" | "key" | "included" | "partitionBy">;

/** Where the tables really are, and the name of the schema under which the other side knows them. */
export interface FacadeSchemas {
  readonly real: string;
  readonly facade: string;
  /** Whose they are: `pairOf` the placements between which the tables are followed. */
  readonly pair: string;
}

type Names = Pick<FacadeSchemas, "real" | "facade">;

export const TRUNCATE_TRIGGER = "rehome_truncate";
const TRUNCATE_FUNCTION = "rehome.delete_before_truncate()";

/**
 * A facade: an empty partitioned table of another schema's name, with the real table as its only partition. Changes of the
 * real table are published under the facade's name, and changes that arrive for the facade go into the real table. No row
 * is read or moved by attaching: a default partition without siblings takes everything.
 */
export function facadeSql({ real, facade }: Names, table: Followed): string[] {
  const [root, leaf] = [qualified(facade, table.name), qualified(real, table.name)];
  const list = (columns: readonly string[]): string => columns.map(ident).join(", ");
  const included = table.included.length === 0 ? "" : ` INCLUDE (${list(table.included)})`;
  return [
    `CREATE TABLE ${root} (LIKE ${leaf} INCLUDING GENERATED) PARTITION BY RANGE (${list(table.partitionBy)})`,
    table.key.length > 0
      ? `ALTER TABLE ${root} ADD PRIMARY KEY (${list(table.key)})${included}`
      : `ALTER TABLE ${root} REPLICA IDENTITY FULL`,
    `ALTER TABLE ${root} ATTACH PARTITION ${leaf} DEFAULT`,
    // What is truncated as a partition is not published under its root's name: its rows are deleted first.
    `CREATE TRIGGER ${TRUNCATE_TRIGGER} BEFORE TRUNCATE ON ${leaf} FOR EACH STATEMENT EXECUTE FUNCTION ${TRUNCATE_FUNCTION}`,
    `ALTER TABLE ${leaf} ENABLE ALWAYS TRIGGER ${TRUNCATE_TRIGGER}`,
  ];
}

/** The function of the truncate triggers. A truncation fires no other trigger and asks no foreign key: nor does this. */
export const truncateFunctionSql = `CREATE OR REPLACE FUNCTION ${TRUNCATE_FUNCTION} RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog SET row_security = off SET session_replication_role = replica AS $$
BEGIN
  EXECUTE format('DELETE FROM %I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME);
  RETURN NULL;
END $$`;

/**
 * Takes a facade off the table under it; both names are quoted. The drop is a statement of its own: it must not run while the
 * partition is attached.
 */
export function detachSql(root: string, leaf: string): string[] {
  return [
    `ALTER TABLE ${root} DETACH PARTITION ${leaf}`,
    `DROP TRIGGER IF EXISTS ${TRUNCATE_TRIGGER} ON ${leaf}`,
  ];
}
