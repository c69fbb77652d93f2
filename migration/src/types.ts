/** How to reach a PostgreSQL server as its administrator. Never logged; `password` never leaves the process. */
export interface ServerConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  /** Default: `disable` on loopback and sockets, `require` elsewhere. `prefer` is not offered. */
  readonly sslmode?: "disable" | "require" | "verify-ca" | "verify-full";
  /** Path of a PEM file with the certificates to trust. */
  readonly sslrootcert?: string;
  /**
   * How this process gets there: through Google's connector, which encrypts by itself. `host` and `port` are then what
   * other servers reach it by.
   */
  readonly connector?: CloudSqlConnector;
}

/** An instance of Cloud SQL, as Google's connector takes it. */
export interface CloudSqlConnector {
  /** `project:region:name` */
  readonly instance: string;
  readonly address: "private" | "public";
}

/** One end of a move: a schema of a database of a server, and the role that owns its objects there. */
export interface Endpoint {
  /** The host's name in the stack file, for messages. */
  readonly host: string;
  readonly server: ServerConnection;
  readonly database: string;
  readonly schema: string;
  /** The role that owns the dataset's objects here. */
  readonly owner: string;
  /** Whether nothing else is placed in this database: only then may a copy of another database take its place. */
  readonly ownDatabase?: boolean;
  /**
   * Data directory of its server, where that is a cluster of this machine that Rehome runs and on which nothing else is
   * placed: it may be restarted while it is filled.
   */
  readonly cluster?: string;
}

/** How a dataset is taken along: the stack file's `migration`. Times are milliseconds here. */
export interface MoveOptions {
  /** `offline` copies under the fence; `online` copies while the service writes, and fences for the last changes. */
  readonly mode: "offline" | "online";
  /** `checksum`: count and hash of every table; `count`: counts alone. */
  readonly verify: "checksum" | "count";
  /** `auto`, the default: the cheapest faithful one. `copy`: row by row, wherever the new home is. */
  readonly strategy?: "auto" | "copy";
  /** Tables copied and indexes built at the same time; from 4 on, a table of a gigabyte that would outlast the others is divided. Default: the machine's cores, at most 8. */
  readonly jobs?: number;
  /** Milliseconds to wait for one table's lock, and for the writers to finish, when fencing. Default 30,000. */
  readonly fenceTimeout?: number;
  /** Online: milliseconds that the last changes may take to arrive under the fence. Default 30,000. */
  readonly drainTimeout?: number;
  /** Bytes of rows per second that are copied at most, by all jobs together. Default: as fast as it goes. */
  readonly copyRate?: number;
  /** Bytes of WAL that the old home's own standbys may be behind; while they are more, no rows are copied. Default: nobody looks. */
  readonly maxStandbyLag?: number;
  /** Processes elsewhere that may share the copying. Default: none. */
  readonly workers?: Workers;
}

/** What is expected of the processes that share a copy (`work`). */
export interface Workers {
  /** How many there will be: sessions are counted for them, and tables split. Any number may come. */
  readonly count: number;
  /** Bytes of a table that are one share, about. Default: by how much there is, 64 MB to 1 GB. */
  readonly shareBytes?: number;
}

/** Everything the engine must know to take one dataset from one placement to another. */
export interface MoveRequest {
  /** The dataset's name in its stack: `core`, `contact/tenants/tenant1`. The journal's key, with both ends. */
  readonly dataset: string;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** Table name patterns (`*` and `?`) when a part of the schema moves; absent: the whole schema. */
  readonly tables?: readonly string[];
  readonly options: MoveOptions;
}

/** What else the stack says of a move, that its plan can tell what would be missed. */
export interface Declared {
  /** The stack declares the role `to.owner` on the target's server: in a preview it may be still to come. */
  readonly ownerToCome?: boolean;
  /** Names of the settings that are declared for `to.owner`, in lower case. Absent: nobody knows, and none is missed. */
  readonly settings?: readonly string[];
  /** Patterns of the tables that the stack's other datasets have in the old home. Absent: nobody knows, and none is missed. */
  readonly others?: readonly string[];
  /** How tenants' schemas in the old home's database are told. Absent: they are not, and none is missed. */
  readonly tenants?: TenantSchemas;
}

/** Which schemas of a database are named as tenants' are, and which of these the stack has. */
export interface TenantSchemas {
  /** `tenant_*` */
  readonly pattern: string;
  /** Names of the stack's schemas there, and patterns of other schemas that it has for each tenant: `tenant_*_contact`. */
  readonly known: readonly string[];
}

/**
 * How rows get there. `copy`: streamed from server to server under the fence. `set-schema`: inside one database, not at
 * all: the tables change their schema. `template`: on one server, the database's files are copied. `follow`: copied while
 * the service writes, then PostgreSQL's own replication (`mode: online`).
 */
export type Strategy = "copy" | "set-schema" | "template" | "follow";

/**
 * How a dataset came into a home, as its journal has it: by a move, or (`reopen`) by no move at all: the home that it had left
 * was opened again, for the one after it was lost.
 */
export type Passage = Strategy | "reopen";

/** Why a plan cannot be carried out (`blocker`) or what its reader should know (`warning`). */
export interface Finding {
  readonly code: string;
  readonly level: "blocker" | "warning";
  /** What was found, with names. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** What a move will do: printed in the preview, carried out by `pulumi up`. Plain data, no secrets. */
export interface Plan {
  readonly dataset: string;
  readonly from: string;
  readonly to: string;
  readonly strategy: Strategy;
  /** Why this strategy, in a clause. */
  readonly because: string;
  readonly tables: number;
  /** The planner's estimate (`pg_class.reltuples`). */
  readonly rows: number;
  readonly bytes: number;
  /** Bytes that the new home's disks will take, WAL included: an estimate. */
  readonly diskBytes: number;
  /** Bytes that are free there; absent where that cannot be known. */
  readonly diskFree?: number;
  /** Counts of what else moves: `{ index: 12, view: 3, function: 4, ... }`. */
  readonly objects: Readonly<Record<string, number>>;
  /** Seconds that the service cannot write, expected. */
  readonly fenceSeconds: number;
  /** The new home's server is restarted before the rows come, and before it is handed out. */
  readonly restarts?: true;
  /** Bytes per second that this is reckoned by, where earlier moves into the same database have reached it. */
  readonly measuredRate?: number;
  readonly findings: readonly Finding[];
  /** Hash of the catalog that was planned for: what is carried out is what was previewed. */
  readonly fingerprint: string;
}

/**
 * The stages of a move, in the order of one that goes online. Offline `fence` comes before `copy`, and neither `follow`,
 * `compare`, `drain` nor `prove` is there. The journal names the one under way.
 */
export const STAGES = [
  ...(["inspect", "prepare", "copy", "index", "follow", "compare"] as const),
  ...(["fence", "drain", "verify", "switch", "prove"] as const),
] as const;
export type Stage = (typeof STAGES)[number];

/** What the engine says while it works. */
export interface Progress {
  readonly dataset: string;
  readonly stage: Stage;
  readonly tablesDone: number;
  readonly tablesTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Bytes per second since the stage began. */
  readonly rate: number;
  /** Seconds left in this stage, when it can be told. */
  readonly secondsLeft?: number;
  /** Processes elsewhere that share this stage's work at the moment. */
  readonly workers?: number;
  readonly message?: string;
}
/** Told how far the engine is: when a stage begins, and at most four times a second in it. */
export type Report = (progress: Progress) => void;

/**
 * One table's verification. Hashes are made inside the servers and do not depend on the rows' order: of every row, by its
 * types' own hashes where these are as exact as their text, else by text.
 */
export interface TableVerification {
  readonly table: string;
  /** Null where nothing was counted: the files are the same ones. */
  readonly sourceRows: string | null;
  readonly targetRows: string | null;
  /** A hash of the rows; where the files are the same ones, the file. */
  readonly sourceHash: string;
  readonly targetHash: string;
  readonly equal: boolean;
}

/** What a finished move leaves in the stack's state: plain data, no secrets. */
export interface MoveResult {
  readonly dataset: string;
  /** Its id in the journal, a UUID. */
  readonly migration: string;
  readonly strategy: Passage;
  /** Tables that moved, partitions among them. */
  readonly tables: number;
  /** Rows that the proof counted in the new home; 0 where it had none to count, as by `set-schema`. */
  readonly rows: number;
  /** Bytes of the tables in the old home, without indexes. */
  readonly bytes: number;
  /** Seconds from the first attempt to the switch; online, those in which it followed are among them. */
  readonly seconds: number;
  /** Seconds from the fence to the hand-out. */
  readonly fenceSeconds: number;
  /** ISO 8601, UTC. */
  readonly switchedAt: string;
  /** Whether the proof found both homes equal. Online it may still be made, after the hand-out: false until then. */
  readonly clean: boolean;
}
