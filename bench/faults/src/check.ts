import { release } from "@rehome/migration";
import type { Stand } from "./attempt";
import type { Violation } from "./ledger";
import { isUnknown, reason, serviceClient, type Home } from "./service";
import { within } from "./wait";
import { temporaryFiles, type World } from "./world";

/** Milliseconds in which a service must work again in one of its homes once a fault's cause is gone. */
const PATIENCE = 15_000;

type Probe = { readonly works: true } | { readonly works: false; readonly why: string };

/** Writes and reads as a client would that comes just now. */
async function probe({ ledger }: Stand, home: Home, id: string): Promise<Probe> {
  try {
    const client = await serviceClient(home);
    try {
      await client.query("INSERT INTO notes (wid, body) VALUES ($1, 'probe')", [id]);
      ledger.acknowledge("note", id, "probe");
      await client.query("SELECT count(*) FROM open_orders");
      return { works: true };
    } catch (error) {
      if (isUnknown(error)) ledger.doubt("note", id, "probe");
      throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  } catch (error) {
    return { works: false, why: reason(error) };
  }
}

let probes = 0;
const nextId = (): string => `probe.${(probes += 1)}`;

/** Whether the service works in a home within the bound. */
async function works(stand: Stand, home: Home, patience = PATIENCE): Promise<Probe> {
  let last: Probe = { works: false, why: "not asked" };
  await within(patience, async () => (last = await probe(stand, home, nextId())).works);
  return last;
}

export interface Whereabouts {
  readonly at: Home;
  readonly violations: readonly Violation[];
}

/**
 * Finds out in which home the service works after a run, and that it is one alone.
 * @param told whether the engine has said that the move is done
 */
export async function whereabouts(stand: Stand, told: boolean): Promise<Whereabouts> {
  const { world, from, to } = stand;
  const violations: Violation[] = [];
  const old = await works(stand, from, told ? 0 : 5_000);
  if (old.works) {
    if (told) violations.push({ what: "both", detail: `told done, and ${from.name} still takes writes` });
    if ((await release(world.query(from, to))).released)
      violations.push({ what: "both", detail: `${from.name} works and would be released` });
    // In one database the service's role reaches both schemas: it is told of one alone.
    if (apart(world) && (await probe(stand, to, nextId())).works)
      violations.push({ what: "both", detail: `${from.name} and ${to.name} take writes` });
    return { at: from, violations };
  }
  if (await takesFromAdministrator(from, nextId()))
    violations.push({ what: "both", detail: `${from.name} takes an administrator's writes` });
  await world.handOut(to);
  const now = await works(stand, to);
  if (now.works) return { at: to, violations };
  // A home that is come back to stays closed until the next run records the switch and hands it out.
  if (!told && world.expected === "follow" && (await isSealed(from, world))) return { at: to, violations };
  violations.push({
    what: "neither",
    detail: `${from.name}: ${old.why}; ${to.name}: ${now.works ? "" : now.why}`,
  });
  return { at: told ? to : from, violations };
}

async function isSealed({ server, database, schema }: Home, { request, a, b }: World): Promise<boolean> {
  const { dataset } = request(a, b);
  const found = await server.sql<{ sealed: boolean }>(
    database,
    `SELECT sealed FROM rehome.fence WHERE dataset = '${dataset}' AND schema_name = '${schema}'`,
  );
  return found[0]?.sealed === true;
}

/** Whether a home that refuses its service takes a write from one who has every right. Such a write would be lost. */
async function takesFromAdministrator({ server, database, schema }: Home, id: string): Promise<boolean> {
  return await server.sql(database, `INSERT INTO ${schema}.notes (wid) VALUES ('${id}')`).then(
    () => true,
    () => false,
  );
}

const apart = ({ a, b }: World): boolean => a.server !== b.server || a.database !== b.database;

/** What a run must not leave, whoever it was that ended it. */
const TRACES = `
SELECT 'session ' || application_name AS what FROM pg_stat_activity
WHERE (application_name LIKE 'rehome%' OR application_name LIKE 'pg_dump%') AND backend_type = 'client backend'
UNION ALL SELECT 'prepared transaction ' || gid FROM pg_prepared_xacts
UNION ALL SELECT 'advisory lock ' || classid FROM pg_locks WHERE locktype = 'advisory'`;

/** What one home follows the other by. */
const LINKS = `
SELECT 'slot ' || slot_name AS what FROM pg_replication_slots UNION ALL SELECT 'subscription ' || subname FROM pg_subscription
UNION ALL SELECT 'session ' || application_name FROM pg_stat_activity WHERE backend_type = 'walsender'`;
const ITS_ROLE = /^role rehome_/;

const FENCES = (schema: string): string => `
SELECT 'trigger on ' || t.tgrelid::regclass AS what FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname = 'rehome_fence' AND c.relnamespace = to_regnamespace('${schema}') AND NOT t.tgisinternal
UNION ALL SELECT 'fence of ' || schema_name FROM rehome.fence WHERE schema_name = '${schema}'
UNION ALL SELECT 'written ' || w.table_name FROM rehome.written w JOIN rehome.fence f USING (key) WHERE f.schema_name = '${schema}'`;

/**
 * Traces of finished runs: on every server, in the engine's temporary files, and in homes that have no fence.
 * @param linked whether one home follows the other, and has what that takes
 */
export async function leftovers(
  world: World,
  surroundings: ReadonlyMap<string, readonly string[]>,
  open: readonly Home[],
  linked: boolean,
): Promise<Violation[]> {
  let found: string[] = [];
  const clean = await within(PATIENCE, async () => {
    found = (await temporaryFiles(world)).map((name) => `file ${name}`);
    for (const server of world.servers) {
      found.push(...(await server.sql<{ what: string }>("postgres", TRACES)).map(({ what }) => what));
      const before = surroundings.get(server.name) ?? [];
      if (!linked)
        found.push(...(await server.sql<{ what: string }>("postgres", LINKS)).map(({ what }) => what));
      const there = await world.surroundings(server);
      const now = linked ? there.filter((name) => !ITS_ROLE.test(name)) : there;
      found.push(...now.filter((name) => !before.includes(name)));
      found.push(...before.filter((name) => !now.includes(name)).map((name) => `no ${name} any more`));
    }
    for (const home of open) found.push(...(await fences(home)));
    return found.length === 0;
  });
  return clean ? [] : [...new Set(found)].map((detail) => ({ what: "left-behind", detail }));
}

async function fences({ server, database, schema }: Home): Promise<string[]> {
  const [journal] = await server.sql<{ there: boolean }>(
    database,
    "SELECT to_regclass('rehome.fence') IS NOT NULL AS there",
  );
  if (journal?.there !== true) return [];
  return (await server.sql<{ what: string }>(database, FENCES(schema))).map(({ what }) => what);
}

/** What is left in a home that was retired: nothing of the service's. */
export async function retired({ server, database, schema }: Home): Promise<Violation[]> {
  const rows = await server.sql<{ what: string }>(
    database,
    `SELECT format('%s %s', c.relkind, c.relname) AS what FROM pg_class c WHERE c.relnamespace = to_regnamespace('${schema}')`,
  );
  return rows.map(({ what }) => ({ what: "left-behind", detail: `${what} in a retired home` }));
}
