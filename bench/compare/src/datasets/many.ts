import type { Server } from "../server";
import { sized, type Dataset } from "./dataset";

/** Tables made in one transaction. */
const BATCH = 250;

/** Small tables as a program with many tenants has them: a key, an index, a reference to a neighbour in each tenth. */
export async function makeMany(server: Server, database: string, tables: number, rows = 20): Promise<void> {
  for (let first = 1; first <= tables; first += BATCH) {
    const last = Math.min(tables, first + BATCH - 1);
    await server.sql(
      database,
      `DO $$ BEGIN FOR i IN ${first}..${last} LOOP
         EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL, amount numeric, neighbour int%s)',
           i, CASE WHEN i % 10 = 0 THEN format(' REFERENCES t%s', i - 1) END);
         EXECUTE format('INSERT INTO t%s (name, at, amount, neighbour) SELECT md5(j::text), now(), j / 3.0, j FROM generate_series(1, ${rows}) j', i);
         EXECUTE format('CREATE INDEX ON t%s (name)', i);
       END LOOP; END $$`,
    );
  }
}

export const many: Dataset = {
  name: "many",
  what: "10,000 tables of 20 rows, each with a primary key, a sequence and an index, each tenth with a foreign key",
  make: (server, database, scale) => makeMany(server, database, sized(10_000, scale, 20)),
};
