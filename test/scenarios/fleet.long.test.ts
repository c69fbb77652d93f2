import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Client } from "pg";
import { LedgerWriter, numbersIn } from "./ledger-writer";
import { query } from "./proof";
import { stage, type Connection, type Outcome, type Stage } from "./stage";

const SERVICES = [
  ...(["core", "analytics", "commerce", "crm"] as const),
  ...(["finance", "logistics", "operations", "supply"] as const),
] as const;
type Service = (typeof SERVICES)[number];

/** A database of its own on the old server; a schema of one database; a database of its own again, on one of two servers. */
const PLACES = {
  old: (service: Service) => ({ host: "legacy", database: `${service}_db`, schema: "public" }),
  one: (service: Service) => ({ host: "shared", database: "chiro_erp", schema: `${service}_schema` }),
  own: (service: Service) => ({
    host: SERVICES.indexOf(service) < 4 ? "west" : "east",
    database: `${service}_db`,
    schema: "public",
  }),
};
type Place = keyof typeof PLACES;
/** `one`: lives there. `one<old`: came from there. `old>one`: prepares to go there. */
type Line = Place | `${Place}<${Place}` | `${Place}>${Place}`;

const whereabouts = (service: Service, line: Line): object => {
  const [home, other] = line.split(/[<>]/) as [Place, Place?];
  return {
    home: PLACES[home](service),
    ...(other !== undefined && { [line.includes("<") ? "formerly" : "next"]: PLACES[other](service) }),
  };
};

const stackFile = (legacyPort: number, lines: Record<Service, Line>): string => {
  const url = `postgres://postgres@127.0.0.1:${legacyPort}/postgres`;
  const hosts = {
    legacy: { platform: "existing", url, password: { env: "LEGACY_PASSWORD" } },
    ...Object.fromEntries(["shared", "west", "east"].map((name) => [name, { platform: "local" }])),
  };
  const services = Object.fromEntries(
    SERVICES.map((service) => [
      service,
      {
        ...whereabouts(service, lines[service]),
        password: { env: `${service.toUpperCase()}_PASSWORD` },
        migration: { mode: "online", fenceTimeout: service === "finance" ? 1500 : 30_000 },
      },
    ]),
  );
  return `config:\n  rehome:topology: ${JSON.stringify({ hosts, services })}\n`;
};

let world: Stage;
const writers = new Map<Service, LedgerWriter>();
let lines = {} as Record<Service, Line>;

const up = async (edits: Partial<Record<Service, Line>>): Promise<Outcome> => {
  lines = { ...lines, ...edits };
  await world.edit(1, () => stackFile(world.legacy.port, lines));
  const done = await world.run("up");
  const connections = await world.connections();
  for (const [service, writer] of writers) writer.connect(connections[service]);
  return done;
};
const succeeds = async (edits: Partial<Record<Service, Line>>): Promise<Outcome> => {
  const done = await up(edits);
  expect(done.exitCode, done.text).toBe(0);
  return done;
};
const every = (line: Line): Record<Service, Line> =>
  Object.fromEntries(SERVICES.map((service) => [service, line])) as Record<Service, Line>;

const serverOf = async (service: Service): Promise<[Connection, string]> => {
  const { host, database, schema } = PLACES[lines[service].split(/[<>]/)[0] as Place](service);
  const server =
    host === "legacy"
      ? { ...world.legacy.connection, database, schema }
      : await world.administrator(host, database);
  return [server, schema];
};
const nothingLost = async (): Promise<void> => {
  for (const [service, writer] of writers) {
    const [server, schema] = await serverOf(service);
    expect(await writer.lostFrom(server, schema), service).toEqual([]);
  }
};
const SLOTS = "SELECT count(*)::int AS slots FROM pg_replication_slots";
const slots = async (): Promise<number[]> => {
  const servers = [
    { ...world.legacy.connection, database: "postgres" },
    ...(await Promise.all(["shared", "west", "east"].map((host) => world.administrator(host, "postgres")))),
  ];
  const counts = await Promise.all(servers.map((server) => query<{ slots: number }>(server, SLOTS)));
  return counts.map(([row]) => row?.slots ?? NaN);
};

vi.setConfig({ testTimeout: 600_000 });

beforeAll(async () => {
  world = await stage("chiro-erp", "rehearsal", {
    max_connections: "200",
    max_wal_senders: "24",
    max_replication_slots: "24",
    max_logical_replication_workers: "24",
    max_worker_processes: "40",
    wal_retrieve_retry_interval: "500ms",
  });
});
afterAll(async () => {
  await Promise.all([...writers.values()].map((writer) => writer.stop()));
  await world.end();
});

it("eight services live in a database each, and write", async () => {
  await succeeds(every("old"));
  const connections = await world.connections();
  for (const service of SERVICES)
    writers.set(service, await LedgerWriter.begin(connections[service] as Connection));
});

it("all are prepared to share one", async () => {
  const { text } = await succeeds(every("old>one"));
  for (const service of SERVICES)
    expect(text).toContain(`${service}: shared/chiro_erp.${service}_schema follows`);
});

it("each goes at its own pace, and one that fails leaves the others alone", async () => {
  const holder = new Client({ ...world.legacy.connection, database: "finance_db" });
  await holder.connect();
  let failed: Outcome;
  try {
    await holder.query("BEGIN; LOCK TABLE public.ledger IN ROW EXCLUSIVE MODE");
    failed = await up({
      ...{ core: "one<old", analytics: "one<old", commerce: "one<old", finance: "one<old" },
      ...{ supply: "old" },
    });
  } finally {
    await holder.end();
  }
  expect(failed.exitCode).not.toBe(0);
  expect(failed.text).toMatch(/finance.*fence|fence.*finance/s);
  expect(failed.text).not.toContain("Channel");
  expect(failed.steps.filter(({ urn }) => /Migration::(core|analytics|commerce)$/.test(urn))).toHaveLength(3);
  lines = { ...lines, finance: "old<one" }; // where it is still
  await nothingLost();
  const { text } = await succeeds({ finance: "one<old" });
  expect(text).toMatch(/crm: .* follows/);
  await nothingLost();
});

it("some are retired, one goes back, the rest come after", async () => {
  await succeeds({
    core: "one",
    analytics: "one",
    commerce: "old<one",
    crm: "one<old",
    logistics: "one<old",
  });
  await nothingLost();
  await succeeds({ commerce: "one<old", operations: "one<old", supply: "one<old" });
  await nothingLost();
  await succeeds(every("one"));
  expect(await slots()).toEqual([0, 0, 0, 0]);
});

it("and out of one database into eight, at once", async () => {
  await succeeds({ ...every("own<one"), supply: "one>own", crm: "one" });
  await nothingLost();
  await succeeds({ supply: "own<one", crm: "own<one", core: "one<own", finance: "own" });
  await nothingLost();
  await succeeds({ core: "own<one" });
  await succeeds(every("own"));
  expect(await slots()).toEqual([0, 0, 0, 0]);
  await nothingLost();
  for (const [service, writer] of writers) {
    await writer.stop();
    const [server, schema] = await serverOf(service);
    const there = await numbersIn(server, schema);
    expect(new Set(there).size).toBe(there.length);
    expect(writer.acknowledged.length, service).toBeGreaterThan(50);
  }
  expect((await world.run("up")).steps).toEqual([]);
});
