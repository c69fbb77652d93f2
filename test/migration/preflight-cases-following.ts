import { MB } from "./inspections";
import { able, followable, online, renamed, type Case } from "./preflight-ends";

/** What may keep a home from being followed. */
export const FOLLOWING: readonly Case[] = [
  {
    code: "wal-level",
    says: /"old" has wal_level = replica/,
    request: online,
    source: { replication: { ...able, walLevel: "replica" } },
  },
  {
    code: "wal-level",
    says: /"new" has wal_level = minimal/,
    request: online,
    target: { replication: { ...able, walLevel: "minimal" } },
  },
  {
    code: "output-plugin",
    says: /"old" lets no subscription read its changes/,
    request: online,
    source: { replication: { ...able, mayDecode: false } },
  },
  {
    code: "slots-too-few",
    says: /"old" has no replication slot left/,
    request: online,
    source: { replication: { ...able, freeSlots: 0 } },
  },
  {
    code: "senders-too-few",
    says: /"new" has no WAL sender left/,
    request: online,
    target: { replication: { ...able, freeSenders: 0 } },
  },
  {
    code: "workers-too-few",
    says: /"new" has no worker that applies changes left/,
    request: online,
    target: { replication: { ...able, freeWorkers: 0 } },
  },
  {
    code: "prepared-transactions",
    says: /on host "new" keep a replication slot from beginning: 'x' in database y\./,
    request: online,
    target: { replication: { ...able, prepared: ["'x' in database y"] } },
  },
  {
    code: "slot-wal-limited",
    level: "warning",
    says: /"old" keeps at most 100 MB of WAL/,
    request: online,
    source: { replication: { ...able, slotWalLimit: 100 * MB } },
  },
  {
    code: "rights-missing",
    says: /of host "old" lacks the right for a role that reads the changes/,
    request: online,
    source: { replication: { ...able, mayReplicate: false } },
  },
  {
    code: "rights-missing",
    says: /of host "new" lacks the right for a subscription/,
    request: online,
    target: { replication: { ...able, maySubscribe: false } },
  },
  {
    code: "definitions-held",
    level: "warning",
    says: /columns of tables of old\/core_db\.public cannot be added/,
    request: renamed,
    source: { replication: able, followable: [followable("users")] },
    target: { replication: { ...able, facadesFree: false } },
  },
  {
    code: "definitions-held",
    level: "warning",
    says: /until the old home is retired, columns of tables of new\/erp\.core cannot be added/,
    request: renamed,
    source: { replication: able, followable: [followable("users")] },
    target: { replication: able },
  },
  {
    code: "facade-name-taken",
    says: /need a schema "core" in database "core_db", or "public" in "erp"/,
    request: renamed,
    source: { replication: { ...able, facadesFree: false } },
    target: { replication: { ...able, facadesFree: false } },
  },
  {
    code: "not-followed",
    level: "warning",
    says: /3\.0 MB cannot be followed and are copied under the fence: cache \(it is unlogged; 3\.0 MB\)\./,
    request: online,
    source: { followable: [followable("users"), followable("cache", { obstacle: "it is unlogged" })] },
  },
  {
    code: "not-followed",
    level: "warning",
    says: /users \(it has an identity column, on PostgreSQL 17, and its schema gets another name; 3\.0 MB\)/,
    request: renamed,
    source: { serverVersion: 17, followable: [followable("users", { identity: true })] },
    target: { serverVersion: 17, replication: able },
    dump: 17,
    beside: ["definitions-held"],
  },
  {
    code: "partitions-without-key",
    level: "warning",
    says: /have no primary key: log\./,
    request: online,
    source: {
      followable: [
        followable("users", { partitioned: true }),
        followable("log", { partitioned: true, key: [], bytes: 8192 }),
      ],
    },
  },
  {
    code: "followed-without-key",
    level: "warning",
    says: /searched from end to end .*: notes \(3\.0 MB\)\./,
    request: online,
    source: {
      followable: [
        followable("users"),
        followable("notes", { key: [] }),
        followable("few", { key: [], bytes: 8192 }),
        followable("told", { key: [], replicaIdentity: "i" }),
      ],
    },
  },
  {
    code: "large-objects-compared",
    level: "warning",
    says: /2 large objects of old\/core_db\.public are compared under the fence/,
    request: online,
    source: { largeObjects: { mine: [1, 2], others: 0, shared: [] } },
  },
];
