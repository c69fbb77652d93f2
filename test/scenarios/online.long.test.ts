import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LedgerWriter, numbersIn } from "./ledger-writer";
import { contents, query, refusal } from "./proof";
import { Journey, theRealCliTakesTheSameSteps } from "./same-steps";
import { stage, type Connection, type Outcome, type Stage } from "./stage";

/** Each service's schema on the shared server, and the database and schema of its own instance. */
const PLACES = {
  partner: ["public", "partner_management", "public"],
  onboarding: ["onboarding", "onboarding", "core"],
  recruitment: ["recruitment", "recruitment", "recruitment"],
} as const;
type Service = keyof typeof PLACES;
const SERVICES = Object.keys(PLACES) as Service[];

const shared = (service: Service) => ({
  host: "shared",
  database: "hexabuilders",
  schema: PLACES[service][0],
});
const own = (service: Service) => {
  const [, database, schema] = PLACES[service];
  return { host: `${service}-db-instance`, database, schema };
};

type Where = "shared" | "preparing" | "own" | "back" | "retired";
const placements = (service: Service, where: Where): object =>
  ({
    shared: { home: shared(service) },
    preparing: { home: shared(service), next: own(service) },
    own: { home: own(service), formerly: shared(service) },
    back: { home: shared(service), formerly: own(service) },
    retired: { home: own(service) },
  })[where];

/** The stack file with each service in a state of its own. */
const stackFile = (where: Record<Service, Where>): string => {
  const hosts = Object.fromEntries(
    ["shared", ...SERVICES.map((service) => own(service).host)].map((name) => [name, { platform: "local" }]),
  );
  const services = Object.fromEntries(
    SERVICES.map((service) => [
      service,
      { ...placements(service, where[service]), migration: { mode: "online" } },
    ]),
  );
  const campaign = { home: { host: "shared", database: "hexabuilders", schema: "campaign_management" } };
  return `config:\n  rehome:topology: ${JSON.stringify({ hosts, services: { ...services, campaign } })}\n`;
};

/** What replication leaves on a server; and roles of ours. */
const TRACES = `
  SELECT 'slot ' || slot_name AS trace FROM pg_replication_slots UNION ALL SELECT 'publication ' || pubname FROM pg_publication
  UNION ALL SELECT 'subscription ' || subname FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION ALL SELECT 'role ' || rolname FROM pg_roles WHERE rolname LIKE 'rehome%' ORDER BY 1`;
const traces = async (server: Connection): Promise<string[]> =>
  (await query<{ trace: string }>(server, TRACES)).map(({ trace }) => trace);

/** What each `up` asks for, in their order. */
const EDITS = {
  begun: { partner: "shared", onboarding: "shared", recruitment: "shared" },
  prepared: { partner: "preparing", onboarding: "preparing", recruitment: "preparing" },
  "looked at again": { partner: "preparing", onboarding: "preparing", recruitment: "preparing" },
  "one given up": { partner: "preparing", onboarding: "preparing", recruitment: "shared" },
  switched: { partner: "own", onboarding: "own", recruitment: "shared" },
  "one rolled back": { partner: "own", onboarding: "back", recruitment: "shared" },
  "and forward again": { partner: "own", onboarding: "own", recruitment: "shared" },
  retired: { partner: "retired", onboarding: "retired", recruitment: "shared" },
} satisfies Record<string, Record<Service, Where>>;

let world: Stage;
let writer: LedgerWriter;
let before: Record<Service, Record<string, string>>;
const journey = new Journey("hexabuilders", () => world);
const up = (edit: keyof typeof EDITS): Promise<Outcome> =>
  journey.up((on) => on.edit(2, () => stackFile(EDITS[edit])));
const at = (place: { host: string; database: string }): Promise<Connection> =>
  world.administrator(place.host, place.database);

const written = async (place: { host: string; database: string; schema: string }): Promise<number[]> =>
  numbersIn(await at(place), place.schema);
/** What was acknowledged until now and is not in a home. */
const lost = async (place: { host: string; database: string; schema: string }): Promise<number[]> =>
  writer.lostFrom(await at(place), place.schema);

beforeAll(async () => {
  world = await stage("hexabuilders");
  for (const step of [1, 2]) await journey.up(step);
});
afterAll(async () => {
  await writer?.stop();
  await world.end();
});

describe("services that move without stopping", () => {
  it("have servers that tell others of every change", async () => {
    await up("begun");
    const server = await at(shared("partner"));
    expect(await query(server, "SHOW wal_level")).toEqual([{ wal_level: "logical" }]);
    before = {} as typeof before;
    for (const service of SERVICES) before[service] = await contents(server, shared(service).schema);
    const { onboarding } = await world.connections();
    if (onboarding === undefined) throw new Error("no connection of onboarding");
    writer = await LedgerWriter.begin(onboarding);
  });

  it("are prepared: their next homes follow, and the service stays where it is", async () => {
    const { text } = await up("prepared");
    for (const service of SERVICES) {
      const { database, schema, host } = own(service);
      expect(text).toContain(`${service}: ${host}/${database}.${schema} follows`);
      const there = await contents(await at(own(service)), schema);
      expect(there).toMatchObject(service === "onboarding" ? {} : before[service]);
    }
    expect(await world.service("partner")).toMatchObject({ database: "hexabuilders" });
  });

  it("are told how far they are, and a second up changes nothing", async () => {
    const { text, steps } = await up("looked at again");
    expect(steps).toEqual([]);
    expect(text).toMatch(/partner: .* follows, .* behind, .* of WAL kept for it; ready to switch/);
  });

  it("leave no trace when their preparation is given up", async () => {
    await up("one given up");
    const server = await at(shared("recruitment"));
    expect((await traces(server)).filter((trace) => trace.startsWith("slot"))).toHaveLength(2);
    expect(await contents(server, shared("recruitment").schema)).toEqual(before.recruitment);
  });

  it("are switched, with every write that was acknowledged", async () => {
    const { text } = await up("switched");
    expect(text).toMatch(/strategy +follow/);
    writer.connect(await world.service("onboarding"));
    expect(await contents(await at(own("partner")), own("partner").schema)).toEqual(before.partner);
    expect(await lost(own("onboarding"))).toEqual([]);
    expect(await refusal(await at(shared("onboarding")), "DELETE FROM onboarding.ledger")).toBe("25006");
    expect(await world.run("preview")).toMatchObject({ exitCode: 0, steps: [] });
  });

  it("go back with what was written since, and forward again", async () => {
    const soFar = writer.acknowledged.length;
    await up("one rolled back");
    writer.connect(await world.service("onboarding"));
    expect(await lost(shared("onboarding"))).toEqual([]);
    expect(writer.acknowledged.length).toBeGreaterThan(soFar);
    await up("and forward again");
    writer.connect(await world.service("onboarding"));
  });

  it("are retired, and nothing of it is left", async () => {
    await up("retired");
    await writer.stop();
    const there = await written(own("onboarding"));
    expect(await lost(own("onboarding"))).toEqual([]);
    expect(new Set(there).size).toBe(there.length);
    for (const service of SERVICES) expect(await traces(await at(shared(service)))).toEqual([]);
    for (const service of ["partner", "onboarding"] as const)
      expect(await traces(await at(own(service)))).toEqual([]);
    expect((await world.run("up")).steps).toEqual([]);
  });
});

theRealCliTakesTheSameSteps(journey, ["kubernetes"]);
