/** Everything that a report shows: plain data, no secrets. Times are ISO 8601, UTC. */
export interface StackReport {
  /** `hexabuilders/prod` */
  readonly stack: string;
  /** When this was gathered. */
  readonly writtenAt: string;
  readonly hosts: readonly Host[];
  readonly datasets: readonly Dataset[];
  /** Every migration that the journals hold, in any order. */
  readonly migrations: readonly Migration[];
  /** Who may do what in the schemas that the datasets live in. */
  readonly rights: readonly SchemaRights[];
  /** What could not be read, and why. */
  readonly unread: readonly { readonly place: string; readonly reason: string }[];
}

/** A PostgreSQL server of the stack. */
export interface Host {
  readonly name: string;
  /** `local`, `docker`, `cloudsql`, `existing`, `stack` */
  readonly platform: string;
  /** PostgreSQL's major version, where it is known. */
  readonly version?: number;
}

/** host + database + schema: where a dataset lives. Names as they are, unquoted. */
export interface Placement {
  readonly host: string;
  readonly database: string;
  readonly schema: string;
}

/** What moves as one, and where the stack file says that it lives. */
export interface Dataset {
  /** `core`, `contact/shared`, `contact/tenants/tenant1` */
  readonly name: string;
  readonly service: string;
  /** The role that owns it. */
  readonly role: string;
  readonly home: Placement;
  readonly next?: Placement;
  readonly formerly?: Placement;
}

/**
 * `running`: under way, cut short or given up. `switched`: the new home has been handed out. `reversed`: it went back.
 * `retired`: the old home was given up.
 */
export type MigrationState = "running" | "switched" | "reversed" | "retired";

/** A dataset taken from one placement to another, as the journal has it. */
export interface Migration {
  readonly id: string;
  readonly dataset: string;
  /** A placement's name: `shared/chiro_erp.core_schema`. */
  readonly from: string;
  readonly to: string;
  /** `copy`, `set-schema`, `template`, `follow` */
  readonly strategy: string;
  /** Why this strategy, in a clause. */
  readonly because?: string;
  readonly state: MigrationState;
  /** The stage that was entered last. */
  readonly stage: string;
  readonly attempt: number;
  /** What stopped the last attempt. */
  readonly error?: string;
  readonly startedAt: string;
  readonly fencedAt?: string;
  readonly switchedAt?: string;
  readonly endedAt?: string;
  /** Whether the proof was clean; absent while there is none. */
  readonly clean?: boolean;
  readonly tables: number;
  readonly bytes: number;
  readonly events: readonly Event[];
  readonly samples: readonly Sample[];
  readonly copied: readonly CopiedTable[];
  readonly verified: readonly VerifiedTable[];
  readonly sequences: readonly VerifiedSequence[];
  readonly findings: readonly Finding[];
}

/** A stage begins; stage `stopped`: an error ended the attempt. */
export interface Event {
  readonly at: string;
  readonly stage: string;
  readonly message: string;
}

/** How far a stage was at a moment. */
export interface Sample {
  readonly at: string;
  readonly stage: string;
  /** Bytes since the stage began. */
  readonly bytes?: number;
  /** Tables done since the stage began. */
  readonly tables?: number;
  /** Bytes of WAL that the new home was behind. */
  readonly lag?: number;
}

/** A table whose rows were streamed to the new home. */
export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
  /** As they passed, in COPY's form. */
  readonly bytes: number;
  readonly seconds: number;
  /** When it was whole there. */
  readonly at: string;
}

/** A table's count and hash in both homes. */
export interface VerifiedTable {
  readonly table: string;
  /** In decimal; null where nothing was counted, because the files are the same ones. */
  readonly sourceRows: string | null;
  readonly targetRows: string | null;
  /** Empty where rows were only counted. */
  readonly sourceHash: string;
  readonly targetHash: string;
  readonly equal: boolean;
  readonly at: string;
}

/** Where a sequence stood in both homes when the proof was made. */
export interface VerifiedSequence {
  readonly name: string;
  /** In decimal. */
  readonly source: string;
  /** Null when it is missing. */
  readonly target: string | null;
  readonly equal: boolean;
}

/** What the plan of the last attempt found. */
export interface Finding {
  /** Documented in docs/preflight.md. */
  readonly code: string;
  readonly level: "blocker" | "warning";
  readonly message: string;
  readonly remedy: string;
}

/** Who owns a schema, and who else may do what there. */
export interface SchemaRights {
  /** A placement's name. */
  readonly placement: string;
  readonly owner: string;
  readonly grants: readonly Grant[];
}

/** What a role that does not own the schema may do there; `PUBLIC` is one too. */
export interface Grant {
  readonly role: string;
  /** Of the schema: `USAGE`, `CREATE`. */
  readonly schema: readonly string[];
  /** Of its tables and views: on how many of them each privilege is held. */
  readonly tables: Readonly<Record<string, number>>;
}
