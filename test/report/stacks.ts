import type { Dataset, Migration, Placement, StackReport } from "@rehome/report";

const START = Date.parse("2026-03-04T10:00:00Z");
/** A moment so many seconds after the beginning of everything. */
export const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();
const hashOf = (seed: number): string =>
  (BigInt(seed + 7) * 982_451_653_902_117_361n * (seed % 2 === 0 ? 1n : -1n)).toString();

export const name = ({ host, database, schema }: Placement): string => `${host}/${database}.${schema}`;

interface Shape {
  readonly tables?: number;
  readonly bytes?: number;
  readonly begins?: number;
  readonly seconds?: number;
}

/** An offline migration by copying that is done and proved. */
export function copied(dataset: Dataset, shape: Shape = {}): Migration {
  const { tables = 6, bytes = 48_000_000, begins = 0, seconds = 12 } = shape;
  const from = dataset.formerly ?? dataset.home;
  const part = (share: number): string => at(begins + seconds * share);
  const names = Array.from({ length: tables }, (_, index) => `table_${String(index + 1).padStart(4, "0")}`);
  const stage = (share: number, stage: string, message: string) => ({ at: part(share), stage, message });
  return {
    id: `00000000-0000-4000-8000-${String(dataset.name.length).padStart(4, "0")}${String(begins).padStart(8, "0")}`,
    dataset: dataset.name,
    from: name(from),
    to: name(dataset.home),
    strategy: "copy",
    because: "to another server",
    state: "switched",
    stage: "switch",
    attempt: 1,
    startedAt: part(0.02),
    fencedAt: part(0.13),
    switchedAt: part(1),
    endedAt: part(1),
    clean: true,
    tables,
    bytes,
    events: [
      stage(0, "inspect", "to another server"),
      stage(0.02, "prepare", "definitions"),
      stage(0.12, "fence", "new"),
      stage(0.14, "copy", "all tables"),
      stage(0.6, "index", "indexes, constraints, triggers"),
      stage(0.78, "verify", "checksum"),
      stage(0.97, "switch", "verified"),
    ],
    samples: Array.from({ length: 24 }, (_, index) => ({
      at: part(0.14 + (0.46 * (index + 1)) / 24),
      stage: "copy",
      bytes: Math.round(bytes * ((index + 1) / 24 - 0.02 * Math.sin(index * 1.3) * (index < 23 ? 1 : 0))),
      tables: Math.floor((tables * (index + 1)) / 24),
    })),
    copied: names.map((table, index) => ({
      table,
      rows: 1200 + index * 37,
      bytes: Math.round(bytes / tables),
      seconds: 0.2 + (index % 5) / 10,
      at: part(0.14 + (0.46 * (index + 1)) / tables),
    })),
    verified: names.map((table, index) => ({
      table,
      sourceRows: String(1200 + index * 37),
      targetRows: String(1200 + index * 37),
      sourceHash: hashOf(index),
      targetHash: hashOf(index),
      equal: true,
      at: part(0.9),
    })),
    sequences: [{ name: `${dataset.service}_id_seq`, source: "60001", target: "60001", equal: true }],
    findings: [],
  };
}

/** An online migration whose way back is open. */
export function followed(dataset: Dataset, shape: Shape = {}): Migration {
  const base = copied(dataset, { ...shape, seconds: 40 });
  const begins = shape.begins ?? 0;
  const event = (seconds: number, stage: string, message: string) => ({
    at: at(begins + seconds),
    stage,
    message,
  });
  return {
    ...base,
    strategy: "follow",
    because: "online",
    fencedAt: at(begins + 640),
    switchedAt: at(begins + 641.4),
    endedAt: at(begins + 641.4),
    events: [
      event(0, "inspect", "online"),
      event(1, "prepare", "a fresh copy: nothing follows yet"),
      event(6, "copy", "all tables"),
      event(60, "index", "indexes, constraints, triggers"),
      event(95, "follow", "changes arrive"),
      event(600, "compare", "all rows, while clients write"),
      event(639.9, "fence", "followed"),
      event(640.1, "drain", "to the fence's place in the stream"),
      event(641.1, "switch", "verified"),
      event(645, "prove", "the old home against the snapshot of the hand-out"),
    ],
    samples: [
      ...base.samples.map((sample, index) => ({ ...sample, at: at(begins + 6 + (54 * (index + 1)) / 24) })),
      ...Array.from({ length: 30 }, (_, index) => ({
        at: at(begins + 96 + index * 17),
        stage: "follow",
        lag: Math.round(90_000_000 * Math.exp(-index / 5) + 400_000 * (1 + Math.sin(index))),
      })),
    ],
    verified: base.verified.map((row) => ({ ...row, at: at(begins + 668) })),
    findings: [
      {
        code: "sequence-gap",
        level: "warning",
        message: "sequence orders_id_seq may skip numbers at the switch",
        remedy: "Nothing need be done.",
      },
    ],
  };
}

const local = (hostName: string) => ({ name: hostName, platform: "local", version: 16 });

const stack = (
  stackName: string,
  hosts: readonly string[],
  datasets: readonly Dataset[],
  migrations: readonly Migration[],
): StackReport => ({
  stack: stackName,
  writtenAt: at(7200),
  hosts: hosts.map(local),
  unread: [],
  datasets,
  migrations,
  rights: datasets.slice(0, 40).map(({ home, role }) => ({
    placement: name(home),
    owner: role,
    grants: [
      { role, schema: ["USAGE", "CREATE"], tables: { SELECT: 6 } },
      { role: "analytics_user", schema: ["USAGE"], tables: { SELECT: 6 } },
    ],
  })),
});

const dataset = (service: string, home: Placement, formerly?: Placement, datasetName = service): Dataset => ({
  name: datasetName,
  service,
  role: `${service}_user`,
  home,
  ...(formerly && { formerly }),
});

const at_ = (host: string, database: string, schema: string): Placement => ({ host, database, schema });

/** One service that goes to a server of its own. */
export function single(): StackReport {
  const billing = dataset("billing", at_("billing", "billing", "public"), at_("main", "shop", "billing"));
  const orders = dataset("orders", at_("main", "shop", "orders"));
  return stack("shop/dev", ["main", "billing"], [orders, billing], [copied(billing)]);
}

const SERVICES = [
  "payment",
  "ledger",
  "identity",
  "notification",
  "fraud_detection",
  "reporting",
  "kyc",
  "wallet",
];

/** Eight schemas of one database become a server each; one of the moves is online. */
export function split(): StackReport {
  const datasets = SERVICES.map((service) =>
    dataset(
      service,
      at_(`${service}-db`, `waqiti_${service}`, "public"),
      at_("shared", "waqiti", `${service}_schema`),
    ),
  );
  const moves = datasets.map((one, index) =>
    (index === 0 ? followed : copied)(one, {
      begins: index * 700,
      bytes: 4_000_000 * 9 ** (index % 5),
      tables: 5 + index * 3,
    }),
  );
  return stack("waqiti/prod", ["shared", ...SERVICES.map((service) => `${service}-db`)], datasets, moves);
}

/** A schema for each tenant becomes one for each tenant and service. */
export function tenants(count: number): StackReport {
  const numbers = Array.from({ length: count }, (_, index) => `tenant${index + 1}`);
  const before = (tenant: string): Placement => at_("main", "salesflow", `tenant_${tenant}`);
  const of = (service: string) =>
    numbers.map((tenant) =>
      dataset(
        service,
        at_("main", "salesflow", `tenant_${tenant}_${service}`),
        before(tenant),
        `${service}/tenants/${tenant}`,
      ),
    );
  const shared = dataset(
    "contact",
    at_("main", "salesflow", "contact_service"),
    at_("main", "salesflow", "public"),
    "contact/shared",
  );
  const datasets = [shared, ...of("contact"), ...of("deal")];
  const moves = datasets.map((one, index) => copied(one, { begins: index * 3, seconds: 2, tables: 4 }));
  return stack("salesflow/prod", ["main"], datasets, moves);
}

/** Names made to break out of wherever they are written. */
export const HOSTILE = `</script><script>alert(1)</script>"'\`&<!--]]>\u202e\u0000\u{1f600}名`;

/** A stack whose every name is hostile. */
export function hostile(): StackReport {
  const given = dataset(HOSTILE, at_(HOSTILE, HOSTILE, HOSTILE), at_("old", HOSTILE, HOSTILE), HOSTILE);
  const move = copied(given);
  const bad: Migration = {
    ...move,
    from: HOSTILE,
    error: HOSTILE,
    because: HOSTILE,
    strategy: HOSTILE,
    state: "running",
    stage: HOSTILE,
    clean: false,
    events: [...move.events, { at: at(99), stage: "stopped", message: HOSTILE }],
    verified: move.verified.map((row) => ({ ...row, table: HOSTILE, sourceHash: HOSTILE, equal: false })),
    sequences: [{ name: HOSTILE, source: "1", target: null, equal: false }],
    findings: [{ code: HOSTILE, level: "warning", message: HOSTILE, remedy: HOSTILE }],
  };
  return {
    ...stack(HOSTILE, [HOSTILE], [given], [bad, move]),
    hosts: [{ name: HOSTILE, platform: HOSTILE }],
    unread: [{ place: HOSTILE, reason: HOSTILE }],
    rights: [
      {
        placement: HOSTILE,
        owner: HOSTILE,
        grants: [{ role: "x", schema: [HOSTILE], tables: { [HOSTILE]: 1 } }],
      },
    ],
  };
}
