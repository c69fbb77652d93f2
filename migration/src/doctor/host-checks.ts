import { sessionsNeeded } from "../plan/needs";
import { some } from "../plan/finding";
import { formatBytes, formatDuration } from "../plan/units";
import type { HostCode } from "../codes";
import type { HostFacts } from "./host-facts";

/** What a check of a host has found. */
export interface HostCheck {
  /** What was looked at. */
  readonly check: string;
  readonly level: "ok" | "warning" | "problem";
  /** Documented in docs/cli.md; null when all is well. */
  readonly code: HostCode | null;
  readonly message: string;
  /** What to do about it; empty when all is well. */
  readonly remedy: string;
}

/** What is to be done with the host. */
export interface HostUse {
  /** Whether anything moves online from or to it. */
  readonly online: boolean;
  /** Whether Rehome declares databases and roles there. */
  readonly managed: boolean;
  /** Tables copied at the same time. */
  readonly jobs: number;
  /** Extensions that the data has where it is. */
  readonly extensions: readonly string[];
  /** Whether nobody but this machine can listen on the way. */
  readonly loopback: boolean;
}

type Judge = (facts: HostFacts, use: HostUse) => HostCheck[];

const ok = (check: string, message: string): HostCheck => ({
  check,
  level: "ok",
  code: null,
  message,
  remedy: "",
});
const found =
  (level: "warning" | "problem") =>
  (check: string, code: HostCode, message: string, remedy: string): HostCheck => ({
    ...{ check, level, code, message, remedy },
  });
const caution = found("warning");
const problem = found("problem");

/** The versions that moves are tested between. */
const VERSIONS = { from: 15, to: 18 } as const;

const version: Judge = ({ version: major, versionText, dumpVersion }) => {
  const said = `PostgreSQL ${versionText}`;
  const tested = major >= VERSIONS.from && major <= VERSIONS.to;
  return [
    tested
      ? ok("version", said)
      : caution(
          "version",
          "version-untested",
          `${said}: moves are tested on ${VERSIONS.from} to ${VERSIONS.to}.`,
          "Rehearse the move first, or upgrade the server.",
        ),
    dumpVersion >= major
      ? ok("pg_dump", `PostgreSQL ${dumpVersion}'s, here`)
      : problem(
          "pg_dump",
          "pg-dump-older",
          `pg_dump here is of PostgreSQL ${dumpVersion} and refuses this server.`,
          `Install PostgreSQL ${major}'s client programs, or name their directory in REHOME_PG_BIN.`,
        ),
  ];
};

const writable: Judge = ({ server }) => {
  if (server.standby)
    return [
      problem(
        "writes",
        "standby",
        "it is a standby, which takes no write.",
        "Name its primary in the stack file.",
      ),
    ];
  if (server.readOnly)
    return [
      problem(
        "writes",
        "read-only",
        `sessions of ${server.user} are read-only, by the ${server.readOnlyFrom}.`,
        "Set default_transaction_read_only = off for the administrator.",
      ),
    ];
  return [ok("writes", "a primary")];
};

const encryption: Judge = ({ encrypted }, { loopback }) =>
  encrypted || loopback
    ? [ok("encryption", encrypted ? "TLS" : "not needed on this machine")]
    : [
        caution(
          "encryption",
          "not-encrypted",
          "the connection is not encrypted.",
          "Write sslmode=require or verify-full in the host's URL.",
        ),
      ];

const rights: Judge = ({ server, createDatabases, createRoles, signalSessions }, { managed }) => {
  if (server.superuser) return [ok("rights", `${server.user} is a superuser`)];
  const missing = [
    ...(managed && !createDatabases ? ["CREATEDB"] : []),
    ...(managed && !createRoles ? ["CREATEROLE"] : []),
    ...(signalSessions ? [] : ["membership in pg_signal_backend"]),
  ];
  if (missing.length === 0) return [ok("rights", `${server.user} has what is needed`)];
  return [
    problem(
      "rights",
      "rights-missing",
      `${server.user} lacks ${missing.join(", ")}.`,
      `ALTER ROLE … CREATEDB CREATEROLE and GRANT pg_signal_backend TO it, as far as they are missing.`,
    ),
  ];
};

const connections: Judge = ({ server, sessions, maxConnections }, { jobs }) => {
  const need = sessionsNeeded("copy", jobs).source;
  const [limit, free] = Object.entries(server.freeSessions).sort(([, a], [, b]) => a - b)[0] ?? [
    "",
    Infinity,
  ];
  const said = `${sessions} of ${maxConnections} in use`;
  return free >= need
    ? [ok("connections", said)]
    : [
        problem(
          "connections",
          "connections-too-few",
          `${said}; there is room for ${Math.max(0, free)} more by ${limit}, and one move with ${jobs} jobs opens ${need}.`,
          "Raise that limit, end idle sessions, or write fewer migration.jobs.",
        ),
      ];
};

const walLevel: Judge = ({ replication }, { online }) => {
  if (replication === undefined) return [];
  const said = `wal_level = ${replication.walLevel}`;
  if (replication.walLevel === "logical") return [ok("wal_level", said)];
  if (!online) return [ok("wal_level", `${said}: enough for moves offline`)];
  return [
    problem(
      "wal_level",
      "wal-level",
      `${said}: changes cannot be followed from here.`,
      "Set wal_level = logical and restart the server (Cloud SQL: the flag cloudsql.logical_decoding), or write mode: offline.",
    ),
  ];
};

const outputPlugin: Judge = ({ replication }, { online }) =>
  replication === undefined || replication.mayDecode || !online
    ? []
    : [
        problem(
          "output_plugin_libraries",
          "output-plugin",
          "output_plugin_libraries does not name pgoutput: no subscription may read the changes.",
          "Add pgoutput to it and reload the server's configuration, or write mode: offline.",
        ),
      ];

const links: Judge = ({ replication, unreadSlots }, { online }) => {
  if (replication === undefined) return [];
  const { freeSlots, freeSenders, freeWorkers, prepared } = replication;
  const limits = [
    ["slots-too-few", freeSlots, "replication slot", "max_replication_slots"],
    ["senders-too-few", freeSenders, "WAL sender", "max_wal_senders"],
    ["workers-too-few", freeWorkers, "worker", "max_logical_replication_workers and max_worker_processes"],
  ] as const;
  const short = limits.filter(([, free]) => free < 1);
  const said = `${freeSlots} slots, ${freeSenders} senders, ${freeWorkers} workers free`;
  const kept = unreadSlots.reduce((sum, slot) => sum + slot.retained, 0);
  return [
    ...(short.length === 0 || !online ? [ok("replication", said)] : []),
    ...(online
      ? short.map(([code, , what, setting]) =>
          problem(
            "replication",
            code,
            `no ${what} is left; a move that is followed takes one.`,
            `Raise ${setting} and restart the server, or finish other moves first.`,
          ),
        )
      : []),
    ...(prepared.length === 0
      ? []
      : [
          caution(
            "replication",
            "prepared-transactions",
            `prepared transactions keep a slot from beginning and a fence from closing: ${some(prepared)}.`,
            "End each: COMMIT PREPARED, or ROLLBACK PREPARED.",
          ),
        ]),
    ...(unreadSlots.length === 0
      ? []
      : [
          caution(
            "replication",
            "slot-unread",
            `nobody reads ${some(unreadSlots.map(({ name }) => name))}, for which the server keeps ${formatBytes(kept)} of WAL.`,
            "Let its subscriber run, or drop the slot if nothing needs it any more.",
          ),
        ]),
  ];
};

const extensions: Judge = ({ available }, { extensions: wanted }) => {
  const missing = wanted.filter((name) => !available.has(name));
  if (missing.length === 0)
    return [ok("extensions", wanted.length === 0 ? "none are used" : `has ${some(wanted)}`)];
  return [
    caution(
      "extensions",
      "extension-missing",
      `it does not offer ${some(missing)}, which data of this stack has.`,
      "Install them on the server before such data moves here.",
    ),
  ];
};

/** Less than this is close to none. */
const LEAST_FREE = 1_000_000_000;

const disk: Judge = ({ diskFree, databaseBytes }) => {
  const holds = `holds ${formatBytes(databaseBytes)}`;
  if (diskFree === undefined) return [ok("disk", `${holds}; what is free cannot be known from here`)];
  const said = `${holds}, ${formatBytes(diskFree)} free`;
  return diskFree >= LEAST_FREE
    ? [ok("disk", said)]
    : [
        caution(
          "disk",
          "disk-short",
          `${said}.`,
          "Make room before anything moves here; rehome plan says how much it takes.",
        ),
      ];
};

const activity: Judge = ({ longTransactions }) =>
  longTransactions.length === 0
    ? [ok("activity", `no transaction is open for more than ${formatDuration(600)}`)]
    : [
        caution(
          "activity",
          "long-transactions",
          `open for more than ${formatDuration(600)}: ${some(longTransactions)}. A fence waits for them.`,
          "Let them end before a move, or end them.",
        ),
      ];

const durability: Judge = ({ fsync }) =>
  fsync
    ? [ok("durability", "fsync is on")]
    : [
        caution(
          "durability",
          "fsync-off",
          "fsync is off: a crash of its machine may lose what was proved to be there.",
          "Set fsync = on, unless all that is here may be lost.",
        ),
      ];

const JUDGES: readonly Judge[] = [
  ...[version, writable, encryption, rights, connections, walLevel, outputPlugin, links],
  ...[extensions, disk, activity, durability],
];

/** What is to be said of a host. Pure. */
export const hostChecks = (facts: HostFacts, use: HostUse): HostCheck[] =>
  JUDGES.flatMap((judge) => judge(facts, use));
