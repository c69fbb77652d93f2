import type pg from "pg";
import { rows } from "../sql/connect";
import { amongCatalogs } from "../sql/search-path";
import { OWN_CONSTRAINT, OWN_TYPE, ownRelation } from "./own-rows";

/** Something in the schema that servers before a version do not know. */
export interface VersionFeature {
  /** The first major version that knows it. */
  readonly since: number;
  /** In the plural: `virtual generated columns`. */
  readonly feature: string;
  /** `orders.total`. */
  readonly object: string;
}

/** Through `to_jsonb`, columns that an older server's catalog lacks read as NULL. */
const FEATURES = `
  WITH ${ownRelation()}, ${OWN_TYPE}, ${OWN_CONSTRAINT}
  SELECT 18 AS since, 'virtual generated columns' AS feature, c.relname || '.' || a.attname AS object, 'pg_class ' || c.oid AS row
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.oid IN (SELECT oid FROM own_relation) AND a.attgenerated = 'v' AND NOT a.attisdropped
  UNION ALL
  SELECT 18, CASE WHEN to_jsonb(o) ->> 'conperiod' = 'true' THEN 'temporal constraints (WITHOUT OVERLAPS, PERIOD)'
                  WHEN to_jsonb(o) ->> 'conenforced' = 'false' THEN 'constraints that are not enforced'
                  ELSE 'NOT NULL constraints that are not valid, or not inherited' END,
         coalesce(c.relname || '.', '') || o.conname, 'pg_constraint ' || o.oid
  FROM pg_constraint o LEFT JOIN pg_class c ON c.oid = o.conrelid
  WHERE o.oid IN (SELECT oid FROM own_constraint) AND o.conparentid = 0
    AND (to_jsonb(o) ->> 'conperiod' = 'true' OR to_jsonb(o) ->> 'conenforced' = 'false'
         OR (o.contype = 'n' AND o.conrelid <> 0 AND (NOT o.convalidated OR o.connoinherit)))
  UNION ALL
  SELECT 17, 'identity columns of partitioned tables', c.relname || '.' || a.attname, 'pg_class ' || c.oid
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.oid IN (SELECT oid FROM own_relation) AND a.attidentity <> '' AND NOT a.attisdropped
    AND c.relispartition AND current_setting('server_version_num')::int >= 170000
  UNION ALL
  SELECT CASE WHEN l.collprovider = 'b' THEN 17 ELSE 16 END,
         CASE WHEN l.collprovider = 'b' THEN 'collations of the provider builtin' ELSE 'collations with rules' END, l.collname::text, 'pg_collation ' || l.oid
  FROM pg_collation l
  WHERE l.collnamespace = $1::oid AND (l.collprovider = 'b' OR to_jsonb(l) ->> 'collicurules' IS NOT NULL)
  ORDER BY 1 DESC, 2, 3`;

/**
 * What a schema uses of the features that came after PostgreSQL 15. One query.
 * @param holds whether a catalog row is of what moves
 */
export async function inspectVersionFeatures(
  client: pg.Client,
  schemaOid: number,
  holds: (row: string) => boolean,
): Promise<VersionFeature[]> {
  const found = await amongCatalogs(client, () =>
    rows<VersionFeature & { row: string }>(client, FEATURES, [schemaOid]),
  );
  return found
    .filter(({ row }) => holds(row))
    .map(({ since, feature, object }) => ({ since, feature, object }));
}
