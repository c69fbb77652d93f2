import { OWNER, type Pair, type Server } from "./server";

/** Gives everything in a database to the role that owns data, and makes it as it is after some quiet. */
export async function settle(server: Server, database: string): Promise<void> {
  await server.sql(database, `ALTER SCHEMA public OWNER TO ${OWNER}`);
  const owned = await server.sql<{ sql: string }>(
    database,
    `SELECT format('ALTER %s %I OWNER TO ${OWNER}', CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, relname) AS sql
     FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S') AND NOT (relkind = 'S' AND EXISTS (SELECT
       FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')))`,
  );
  for (let at = 0; at < owned.length; at += 500)
    await server.sql(
      database,
      owned
        .slice(at, at + 500)
        .map(({ sql }) => sql)
        .join("; "),
    );
  await server.sql(database, "VACUUM (FREEZE, ANALYZE)");
  await server.sql(database, "CHECKPOINT");
}

/** An empty database as the stack declares it, in the place of what was there. */
export async function emptyDatabase(server: Server, database: string): Promise<void> {
  await server.sql("postgres", `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  await server.sql("postgres", `CREATE DATABASE ${database} TEMPLATE template0`);
  await server.sql(database, `ALTER SCHEMA public OWNER TO ${OWNER}`);
  await server.sql(database, "CHECKPOINT");
}

/** Takes a fence and a journal away, so that the same data can be copied again. */
export async function unfence({ source }: Pick<Pair, "source">, database: string): Promise<void> {
  await source.sql(database, "DROP SCHEMA IF EXISTS rehome CASCADE");
  await source.sql(
    database,
    `ALTER SCHEMA public OWNER TO ${OWNER}; GRANT ALL ON SCHEMA public TO ${OWNER}; GRANT USAGE ON SCHEMA public TO PUBLIC`,
  );
  for (const catalog of ["pg_trigger", "pg_depend", "pg_class"])
    await source.sql(database, `VACUUM pg_catalog.${catalog}`);
  await source.sql(database, "CHECKPOINT");
}
