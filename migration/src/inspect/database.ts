import type pg from "pg";
import { rows } from "../sql/connect";
import { amongCatalogs } from "../sql/search-path";

/** What decides whether a database can be copied as a whole, or replaced by a copy. */
export interface DatabaseInspection {
  /** Encoding, locale and provider: a copy has those of its template. */
  readonly locale: string;
  /** What it holds beside the dataset's schema and its extensions, in words. Empty: it is the dataset's alone. */
  readonly others: readonly string[];
  /** Whether the administrator may copy, rename and drop it. */
  readonly replaceable: boolean;
}

/** A database's own pair of columns for its ICU locale has another name in each of 15, 16 and 17. */
const LOCALE = `
  SELECT concat_ws(' ', pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, d.datlocprovider,
           coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'), to_jsonb(d) ->> 'daticurules',
           d.dattablespace) AS locale,
         r.rolsuper OR (r.rolcreatedb AND pg_has_role(d.datdba, 'USAGE')) AS replaceable
  FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = current_user`;

/** `$1` is the dataset's schema. An extension's schema is nobody's but the extension's. */
const OTHERS = `
  SELECT format('schema %I', n.nspname) AS what FROM pg_namespace n
  WHERE n.nspname <> $1 AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'rehome')
    AND CASE WHEN n.nspname <> 'public' AND n.oid NOT IN (SELECT extnamespace FROM pg_extension) THEN true
        ELSE EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
                     AND d.classid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)
                     AND NOT EXISTS (SELECT FROM pg_depend m WHERE m.refclassid = 'pg_extension'::regclass AND m.classid = d.classid
                                     AND m.objid = d.objid AND m.deptype = 'e') OFFSET 0) END
  UNION ALL SELECT format('publication %I', pubname) FROM pg_publication
  UNION ALL SELECT format('subscription %I', subname) FROM pg_stat_subscription s
    WHERE EXISTS (SELECT FROM pg_subscription o WHERE o.oid = s.subid AND o.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
  UNION ALL SELECT format('event trigger %I', e.evtname) FROM pg_event_trigger e
    WHERE NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = 'pg_event_trigger'::regclass AND m.objid = e.oid AND m.deptype = 'e')
  UNION ALL SELECT format('server %I', srvname) FROM pg_foreign_server
  UNION ALL SELECT 'default privileges in all schemas' FROM pg_default_acl WHERE defaclnamespace = 0
  UNION ALL SELECT format('replication slot %I', slot_name) FROM pg_replication_slots WHERE database = current_database()
  UNION ALL SELECT format('prepared transaction %L', gid) FROM pg_prepared_xacts WHERE database = current_database()
  ORDER BY 1`;

/** Reads what a database is and holds. Two queries, whatever its size. */
export async function inspectDatabase(client: pg.Client, schema: string): Promise<DatabaseInspection> {
  return await amongCatalogs(client, async () => {
    const [facts] = await rows<{ locale: string; replaceable: boolean }>(client, LOCALE);
    const others = await rows<{ what: string }>(client, OTHERS, [schema]);
    return {
      locale: facts?.locale ?? "",
      replaceable: facts?.replaceable === true,
      others: others.map((row) => row.what),
    };
  });
}
