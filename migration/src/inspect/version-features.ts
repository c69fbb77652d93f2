import type pg from "pg";
import { rows } from "../sql/connect";

/** Something in the schema that servers before a version do not know. */
export interface VersionFeature {
  /** The catalog row that it is: `pg_class 16400`. */
  readonly row: string;
  /** The first major version that knows it. */
  readonly since: number;
  /** In the plural: `virtual generated columns`. */
  readonly feature: string;
  /** `orders.total`. */
  readonly object: string;
}

/** Through `to_jsonb`, columns that an older server's catalog lacks read as NULL. */
const FEATURES = `
  SELECT 'pg_class ' || c.oid AS row, 18 AS since, 'virtual generated columns' AS feature, c.relname || '.' || a.attname AS object
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace = $1::oid AND a.attgenerated = 'v' AND NOT a.attisdropped
  UNION ALL
  SELECT 'pg_constraint ' || o.oid, 18, CASE WHEN to_jsonb(o) ->> 'conperiod' = 'true' THEN 'temporal constraints (WITHOUT OVERLAPS, PERIOD)'
                  WHEN to_jsonb(o) ->> 'conenforced' = 'false' THEN 'constraints that are not enforced'
                  ELSE 'NOT NULL constraints that are not valid, or not inherited' END,
         coalesce(c.relname || '.', '') || o.conname
  FROM pg_constraint o LEFT JOIN pg_class c ON c.oid = o.conrelid
  WHERE o.connamespace = $1::oid AND o.conparentid = 0
    AND (to_jsonb(o) ->> 'conperiod' = 'true' OR to_jsonb(o) ->> 'conenforced' = 'false'
         OR (o.contype = 'n' AND o.conrelid <> 0 AND (NOT o.convalidated OR o.connoinherit)))
  UNION ALL
  SELECT 'pg_class ' || c.oid, 17, 'identity columns of partitioned tables', c.relname || '.' || a.attname
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace = $1::oid AND a.attidentity <> '' AND NOT a.attisdropped
    AND c.relispartition AND current_setting('server_version_num')::int >= 170000
  UNION ALL
  SELECT 'pg_collation ' || l.oid, CASE WHEN l.collprovider = 'b' THEN 17 ELSE 16 END,
         CASE WHEN l.collprovider = 'b' THEN 'collations of the provider builtin' ELSE 'collations with rules' END, l.collname::text
  FROM pg_collation l
  WHERE l.collnamespace = $1::oid AND (l.collprovider = 'b' OR to_jsonb(l) ->> 'collicurules' IS NOT NULL)
  ORDER BY 2 DESC, 3, 4`;

/** What a schema uses of the features that came after PostgreSQL 15. One query. */
export async function inspectVersionFeatures(
  client: pg.Client,
  schemaOid: number,
): Promise<VersionFeature[]> {
  await client.query("SET search_path = pg_catalog");
  const found = await rows<VersionFeature>(client, FEATURES, [schemaOid]);
  await client.query("SET search_path = ''");
  return found;
}
