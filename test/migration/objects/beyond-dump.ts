import type { Endpoint } from "@rehome/migration";
import { ident } from "../../../migration/src/sql/quote";
import type { TestServer } from "../../support/servers";

/** What a dump of definitions does not say of a schema: casts, where sequences stand, what is filled, who owns it. */
export async function beyondDump(
  server: TestServer,
  { database, schema, owner }: Endpoint,
): Promise<string[]> {
  const client = await server.connect(database);
  try {
    await client.query(`SET search_path = ${ident(schema)}, public`);
    const { rows } = await client.query<{ fact: string }>(
      `SELECT format('cast %s to %s: %s %s %s', castsource::regtype, casttarget::regtype, nullif(castfunc, 0)::regprocedure, castcontext, castmethod) AS fact
         FROM pg_cast c WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_cast'::regclass AND d.deptype IN ('e', 'i'))
       UNION ALL SELECT format('cast comment %s', description) FROM pg_description WHERE classoid = 'pg_cast'::regclass AND objoid >= 16384
       UNION ALL SELECT format('filled %s', relname) FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'm' AND relispopulated
       UNION ALL SELECT format('sequence %s: %s', c.relname, query_to_xml(format('SELECT last_value, is_called FROM %s', c.oid::regclass), true, true, ''))
         FROM pg_class c WHERE relnamespace = $1::regnamespace AND relkind = 'S'
       UNION ALL SELECT format('%s not owned: %s', d.classid::regclass, pg_describe_object(d.classid, d.objid, 0))
         FROM (SELECT 'pg_class'::regclass AS classid, oid AS objid, relowner AS owner, relnamespace AS nsp FROM pg_class
           UNION ALL SELECT 'pg_proc'::regclass, oid, proowner, pronamespace FROM pg_proc
           UNION ALL SELECT 'pg_type'::regclass, oid, typowner, typnamespace FROM pg_type
           UNION ALL SELECT 'pg_operator'::regclass, oid, oprowner, oprnamespace FROM pg_operator
           UNION ALL SELECT 'pg_opclass'::regclass, oid, opcowner, opcnamespace FROM pg_opclass
           UNION ALL SELECT 'pg_opfamily'::regclass, oid, opfowner, opfnamespace FROM pg_opfamily
           UNION ALL SELECT 'pg_collation'::regclass, oid, collowner, collnamespace FROM pg_collation
           UNION ALL SELECT 'pg_conversion'::regclass, oid, conowner, connamespace FROM pg_conversion
           UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, stxowner, stxnamespace FROM pg_statistic_ext
           UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgowner, cfgnamespace FROM pg_ts_config
           UNION ALL SELECT 'pg_ts_dict'::regclass, oid, dictowner, dictnamespace FROM pg_ts_dict) d
         WHERE d.nsp = $1::regnamespace AND d.owner <> $2::regrole
           AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = d.classid AND x.objid = d.objid AND x.deptype IN ('e', 'i'))
       ORDER BY 1`,
      [ident(schema), ident(owner)],
    );
    return rows.map((row) => row.fact);
  } finally {
    await client.end();
  }
}
