import type { MoveRequest } from "@rehome/migration";
import { DATABASE } from "../contenders/contender";
import { endpoint, runEngine } from "../contenders/rehome";
import { sized } from "../datasets/dataset";
import { makeHuge } from "../datasets/huge";
import { makeMany } from "../datasets/many";
import { OWNER, withPair, type Pair } from "../server";
import { emptyDatabase, settle } from "../stage";
import type { Comparison } from "./comparison";

/** What a size of one kind took. */
export interface Growth {
  readonly by: "bytes" | "tables" | "services" | "tenants";
  readonly size: number;
  /** Bytes of all the tables, with their indexes. */
  readonly bytes: number;
  readonly seconds: number;
  readonly verify?: number;
  /** Wall time of a preview's plan. */
  readonly plan?: number;
  /** Peak resident memory of the engine, in bytes. */
  readonly resident: number;
  readonly planResident?: number;
}

const options = { mode: "offline", verify: "checksum", jobs: 2 } as const;

/**
 * Moves ever more of something between two servers.
 * @param keep is given all that was found so far
 */
export async function growth(
  { scale, fill, tell }: Comparison,
  keep: (found: readonly Growth[]) => Promise<void>,
): Promise<void> {
  const found: Growth[] = [];
  const add = async (one: Growth): Promise<void> => {
    found.push(one);
    await keep(found);
    tell(
      `growth by ${one.by}: ${one.size}; ${one.seconds.toFixed(1)} s, ${(one.resident / 1e6).toFixed(0)} MB${one.plan === undefined ? "" : `, preview ${one.plan.toFixed(1)} s`}`,
    );
  };
  for (const rows of [1_200_000, 12_000_000].map((full) => sized(full, scale, 1000)))
    await add(await grown("bytes", rows, fill, (pair) => makeHuge(pair.source, DATABASE, rows)));
  for (const tables of [100, 1_000, 10_000].map((full) => sized(full, scale, 10)))
    await add(await grown("tables", tables, fill, (pair) => makeMany(pair.source, DATABASE, tables)));
  for (const services of [8, 64].map((full) => sized(full, scale, 2)))
    await add(await fleet(SERVICE, services, fill));
  for (const tenants of [10, 100, 1_000].map((full) => sized(full, scale, 2)))
    await add(await fleet(TENANT, tenants, fill));
}

async function grown(
  by: "bytes" | "tables",
  size: number,
  fill: Comparison["fill"],
  make: (pair: Pair) => Promise<void>,
): Promise<Growth> {
  return await withPair(async (pair) => {
    const { source, target } = pair;
    await emptyDatabase(source, DATABASE);
    await make(pair);
    await settle(source, DATABASE);
    await emptyDatabase(target, DATABASE);
    await fill(source);
    const request = { dataset: "bench", from: endpoint(source), to: endpoint(target), options };
    const plan = await runEngine({ call: "plan", requests: [request] });
    const move = await runEngine({ call: "move", requests: [request] });
    const { seconds, stages, resident } = move;
    const bytes = await bytesOf(pair, "public");
    const growth = { by, size, bytes, seconds, resident, plan: plan.seconds, planResident: plan.resident };
    return { ...growth, ...(stages.verify === undefined ? {} : { verify: stages.verify }) };
  });
}

async function bytesOf({ source }: Pair, ...schemas: readonly string[]): Promise<number> {
  const [size] = await source.sql<{ bytes: string }>(
    DATABASE,
    `SELECT sum(pg_total_relation_size(c.oid))::text AS bytes FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN (${schemas.map((schema) => `'${schema}'`).join(", ")}) AND relkind = 'r'`,
  );
  return Number(size?.bytes ?? 0);
}

/** What each of many schemas holds. */
interface Kind {
  readonly by: "services" | "tenants";
  readonly tables: number;
  /** Of each table. */
  readonly rows: number;
}
const SERVICE: Kind = { by: "services", tables: 10, rows: 2000 };
const TENANT: Kind = { by: "tenants", tables: 4, rows: 100 };

/** Schemas of one database that go to schemas of another server's, all asked for at once. */
async function fleet(
  { by, tables: each, rows }: Kind,
  size: number,
  fill: Comparison["fill"],
): Promise<Growth> {
  return await withPair(async (pair) => {
    const { source, target } = pair;
    await emptyDatabase(source, DATABASE);
    await emptyDatabase(target, DATABASE);
    const names = Array.from({ length: size }, (_, at) => `s${at + 1}`);
    for (const name of names) {
      const tables = Array.from(
        { length: each },
        (_, at) =>
          `CREATE TABLE ${name}.t${at} (id serial PRIMARY KEY, name text NOT NULL, at timestamptz);
           INSERT INTO ${name}.t${at} (name, at) SELECT md5(i::text), now() FROM generate_series(1, ${rows}) i; CREATE INDEX ON ${name}.t${at} (name)`,
      );
      await source.sql(
        DATABASE,
        `CREATE SCHEMA ${name} AUTHORIZATION ${OWNER}; SET ROLE ${OWNER}; ${tables.join("; ")}`,
      );
      await target.sql(DATABASE, `CREATE SCHEMA ${name} AUTHORIZATION ${OWNER}`);
    }
    await source.sql(DATABASE, "VACUUM ANALYZE");
    await fill(source);
    const requests = names.map((schema): MoveRequest => ({
      ...{ dataset: schema, from: endpoint(source, { schema }), to: endpoint(target, { schema }), options },
    }));
    const plan = await runEngine({ call: "plan", requests });
    const { seconds, resident } = await runEngine({ call: "move", requests });
    const bytes = await bytesOf(pair, ...names);
    return { by, size, bytes, seconds, resident, plan: plan.seconds };
  });
}
