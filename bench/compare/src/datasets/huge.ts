import type { Server } from "../server";
import { sized, type Dataset } from "./dataset";

/** One table of events. */
export async function makeHuge(server: Server, database: string, rows: number): Promise<void> {
  await server.sql(
    database,
    `CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, device int NOT NULL, at timestamptz NOT NULL,
       kind text NOT NULL, value double precision, payload text);
     INSERT INTO events (device, at, kind, value, payload)
       SELECT i % 5000, '2024-01-01'::timestamptz + i * interval '1 second', (ARRAY['on', 'off', 'level'])[1 + i % 3], i / 3.0,
         md5(i::text) || md5((i % 1000)::text) FROM generate_series(1, ${rows}) i;
     CREATE INDEX ON events (device, at)`,
  );
}

export const huge: Dataset = {
  name: "huge",
  what: "one table of 12,000,000 rows, with a primary key and an index of two columns",
  make: (server, database, scale) => makeHuge(server, database, sized(12_000_000, scale, 1000)),
};
