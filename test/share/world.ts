import type { MoveOptions } from "@rehome/migration";
import { makeWorld, type World } from "../migration/dataset";
import type { TestServer } from "../support/servers";
import { sharesOf } from "./worker";

export const MB = 1 << 20;
/** A big table, one that is long beside its pages, and small ones. */
const DEFINITIONS = `
CREATE TABLE big (id serial PRIMARY KEY, v text NOT NULL, n int GENERATED ALWAYS AS (id * 2) STORED);
INSERT INTO big (v) SELECT repeat('x', 400) || i FROM generate_series(1, 40000) i;
DELETE FROM big WHERE id % 7 = 0;
CREATE TABLE toasted (id int PRIMARY KEY, doc jsonb);
INSERT INTO toasted SELECT i, jsonb_build_object('k', (SELECT string_agg(md5(i::text || j), '') FROM generate_series(1, 200) j)) FROM generate_series(1, 900) i;
CREATE TABLE refers (id int PRIMARY KEY, big int REFERENCES big ON DELETE CASCADE);
INSERT INTO refers SELECT i, i * 7 + 1 FROM generate_series(1, 500) i;
${Array.from({ length: 12 }, (_, i) => `CREATE TABLE s${i} AS SELECT i AS id, 'v' || i AS v FROM generate_series(1, ${i * 40}) i;`).join("\n")}`;

/** One that takes a few seconds, so that there is something to be in the middle of. */
export const world = (
  [a, b]: readonly [TestServer, TestServer],
  name: string,
  options: Partial<MoveOptions> = {},
): Promise<World> =>
  makeWorld(a, b, name, DEFINITIONS, {
    options: { jobs: 1, copyRate: 9 * MB, workers: { count: 2, shareBytes: MB }, ...options },
  });

/** Who has copied shares. */
export const doneBy = async (b: TestServer, database: string): Promise<Set<string>> =>
  new Set((await sharesOf(b, database)).flatMap(({ worker }) => worker ?? []));
