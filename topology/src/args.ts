// Written from the schema by `npm run schema -w @rehome/topology`; what is changed here is lost.

/** Where each service's PostgreSQL data lives. */
export interface TopologyArgs {
  /** The PostgreSQL servers, by name. */
  hosts: Record<string, HostArgs>;
  /** The services whose data lives there, by name. */
  services: Record<string, ServiceArgs>;
  /** Tenants of the datasets that say forEachTenant. Names in quotes where they are numbers. Default: none. */
  tenants?: string[] | undefined;
  /** The cluster that runs the services' workloads. Default: none; manifests are rendered. */
  kubernetes?: KubernetesArgs | undefined;
}

/** A PostgreSQL server; platform: local, existing, stack, docker or cloudsql. */
export type HostArgs = LocalHostArgs | ExistingHostArgs | StackHostArgs | DockerHostArgs | CloudSqlHostArgs;

/** A PostgreSQL server that Rehome runs on this machine (initdb, pg_ctl). */
export interface LocalHostArgs {
  /** A server of this machine. */
  platform: "local";
  /** TCP port on 127.0.0.1. Default: a free one, kept from then on. */
  port?: number;
  /** PostgreSQL's major version. Default: the newest installed. */
  version?: number;
  /** Server parameters. Default: PostgreSQL's own. */
  parameters?: Record<string, string | number | boolean>;
  /** Data directory. Default: one for each stack and host, under .rehome. */
  directory?: string;
}

/** A PostgreSQL server that someone else runs, reached by URL. */
export interface ExistingHostArgs {
  /** Someone else's server. */
  platform: "existing";
  /** postgres://<admin>@<host>[:5432][/<database>][?sslmode=…&sslrootcert=…], without a password. */
  url: string;
  /** The administrator's password. Default: none is sent. */
  password?: SecretReferenceArgs;
  /** true: Rehome declares databases, schemas and roles there. Default: false, they are taken as found. */
  manage?: boolean | undefined;
  /** true: a retired home is dropped. Default: false, it is left, fenced. */
  dropRetired?: boolean | undefined;
}

/** Where a password is: { config: <key> } or { env: <VARIABLE> }. */
export type SecretReferenceArgs =
  | {
      /** Key of a secret in this stack's configuration: `pulumi config set --secret rehome:<key>`. */
      config: string;
    }
  | {
      /** Environment variable of the process that runs the program. */
      env: string;
    };

/** A host of another stack, reached as its administrator by that stack's output. Used as found. */
export interface StackHostArgs {
  /** A server that another stack declares. */
  platform: "stack";
  /** The other stack: organization/project/stack, as pulumi stack ls shows it. */
  stack: string;
  /** Its host there. Default: this host's own name. */
  host?: string;
  /** The other stack's secret output with its hosts' connections. Default: hosts. */
  output?: string | undefined;
  /** true: a retired home is dropped. Default: false, it is left, fenced. */
  dropRetired?: boolean | undefined;
}

/** A PostgreSQL server in a Docker container. */
export interface DockerHostArgs {
  /** A container of this machine's Docker engine. */
  platform: "docker";
  /** Image of PostgreSQL. Default: postgres:17. */
  image?: string | undefined;
  /** Port published on 127.0.0.1. Default: a free one. */
  port?: number;
  /** Volume that holds the data. Default: <project>-<stack>-<host>-data. */
  volume?: string;
  /** Docker network to join. Default: one of the host's own. */
  network?: string;
  /** Server parameters. Default: PostgreSQL's own. */
  parameters?: Record<string, string | number | boolean>;
  /** What the container may use at most. Default: no limits. */
  resources?: {
    /** Memory at most, as Docker writes it: 512m, 2g. Default: no limit. */
    memory?: string;
    /** Cores at most: 1.5. Default: no limit. */
    cpus?: number;
  };
}

/** A Google Cloud SQL instance for PostgreSQL. */
export interface CloudSqlHostArgs {
  /** An instance of Google Cloud SQL. */
  platform: "cloudsql";
  /** Machine type: db-custom-2-7680 has 2 cores and 7,680 MB. */
  tier: string;
  /** PostgreSQL's major version. Default: 17. */
  version?: number | undefined;
  /** Instance's name. Default: the host's, with a random suffix. */
  name?: string;
  /** Google Cloud project. Default: the provider's (gcp:project). */
  project?: string;
  /** Region: europe-west1. Default: the provider's (gcp:region). */
  region?: string;
  /** Server parameters, as everywhere; Rehome writes them as database flags. Default: Google's. */
  parameters?: Record<string, string | number | boolean>;
  /** Labels of the instance, beside Rehome's own. Default: none. */
  labels?: Record<string, string>;
  /** Rehome itself reaches the instance through Google's connector (IAM, mutual TLS). false: by its address. Default: true. */
  connector?: boolean | undefined;
  /** Reached by a private address only, none in public. Default: true. */
  privateIp?: boolean | undefined;
  /** VPC network of the private address, by self link. Default: default. */
  network?: string;
  /** Connections without TLS are refused. Default: true. */
  requireTls?: boolean | undefined;
  /** Disk. Default: 10 GB SSD that grows. */
  disk?:
    | {
        /** GB at first; it grows by itself. Default: 10. */
        size?: number | undefined;
        /** GB that it grows to at most. Default: no limit. */
        limit?: number;
        /** Kind of disk. Default: ssd. */
        type?: "ssd" | "hdd" | undefined;
      }
    | undefined;
  /** Backups. Default: daily, seven kept, recovery to any moment. */
  backup?:
    | {
        /** Daily backups. Default: true. */
        enabled?: boolean | undefined;
        /** Write-ahead log kept for recovery to any moment. Default: true. */
        pointInTimeRecovery?: boolean | undefined;
        /** When the daily backup begins, HH:MM in UTC. Default: Google's choice. */
        startTime?: string;
        /** Backups kept. Default: 7. */
        retain?: number | undefined;
        /** Days that the write-ahead log is kept. Default: 7. */
        logDays?: number | undefined;
        /** Region of the backups. Default: the nearest multi-region. */
        location?: string;
      }
    | undefined;
  /** Query Insights. Default: true. */
  insights?: boolean | undefined;
  /** When Google may restart the instance. Default: at any time. */
  maintenanceWindow?: {
    /** Day of the week, in UTC. */
    day: "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";
    /** Hour of the day, in UTC. */
    hour: number;
  };
  /** The instance cannot be deleted while true. Default: true. */
  deletionProtection?: boolean | undefined;
  /** A standby in a second zone. Default: false. */
  highAvailability?: boolean | undefined;
}

/** A service: its role, where its data lives, how it moves and how it runs. */
export interface ServiceArgs {
  /** Role that owns this service's schemas. Default: <service>_user. */
  role?: string;
  /** true: the role exists already, or is another service's too, which creates it; it is used as found. Default: false, created. */
  adoptRole?: boolean | undefined;
  /** The role's password where Rehome does not manage it. Default: generated, where Rehome does. */
  password?: SecretReferenceArgs;
  /** Connections the role may have at once. Default: no limit. */
  connectionLimit?: number;
  /** Parameters set for the role: statement_timeout: 30s. search_path follows the home by itself. Default: none. */
  settings?: Record<string, string | number | boolean> | undefined;
  /** Roles that may read this service's tables; those that are no service's must exist. Default: none. */
  readers?: string[] | undefined;
  /** Where all of the service's data lives. Else name `datasets`. Default: none, the datasets have homes. */
  home?: PlacementArgs;
  /** The home being prepared. Absent: none. Take it out again to abandon the preparation. */
  next?: PlacementArgs;
  /** The home the data came from, kept until this line is deleted. Absent: none. */
  formerly?: PlacementArgs;
  /** true: a changed home begins empty and no data is moved. Default: false. */
  startEmpty?: boolean | undefined;
  /** The tables that move, by name or pattern (`*` any letters, `?` one). Default: the whole schema. */
  tables?: string[];
  /** Parts of the service's data that have homes of their own. Instead of `home`. Default: none, all of it is at `home`. */
  datasets?: Record<string, DatasetArgs>;
  /** How its data moves. Default: offline, verified by checksum. */
  migration?: MigrationArgs | undefined;
  /** Services whose moves must have succeeded before this one's begins. Default: none. */
  after?: string[] | undefined;
  /** What else its moves wait for. Default: nothing. */
  gate?: GateArgs;
  /** Connection pool handed to the service with its connection. Default: none. */
  pool?: PoolArgs;
  /** Deployment that runs the service. Default: none; run elsewhere. */
  workload?: WorkloadArgs;
  /** Logical backups of the service's schemas (`pg_dump -n`), by a CronJob. Default: none. */
  dumps?: DumpsArgs;
}

/** Where a dataset lives: host + database + schema. */
export interface PlacementArgs {
  /** Name of one of this stack's hosts. `{tenant}` is allowed in forEachTenant datasets. */
  host: string;
  /** Database, at most 63 bytes, any characters. `{tenant}` as above. */
  database: string;
  /** Schema, at most 63 bytes, any characters. `{tenant}` as above. */
  schema: string;
}

/** A part of a service's data that moves as one, once or for each tenant. */
export interface DatasetArgs {
  /** Where the data lives. Changing it moves the data there (with `formerly`). */
  home: PlacementArgs;
  /** The home being prepared. Absent: none. Take it out again to abandon the preparation. */
  next?: PlacementArgs;
  /** The home the data came from, kept until this line is deleted. Absent: none. */
  formerly?: PlacementArgs;
  /** true: a changed home begins empty and no data is moved. Default: false. */
  startEmpty?: boolean | undefined;
  /** The tables that move, by name or pattern (`*` any letters, `?` one). Default: the whole schema. */
  tables?: string[];
  /** true: one dataset for each of `tenants`, `{tenant}` replaced in host, database and schema. */
  forEachTenant?: boolean | undefined;
}

/** How a service's data is moved when its home changes. */
export interface MigrationArgs {
  /** offline: copied while the service cannot write. online: copied and followed, then switched in a moment. */
  mode?: "offline" | "online" | undefined;
  /** checksum: every table counted and hashed on both sides. count: counted only. */
  verify?: "checksum" | "count" | undefined;
  /** auto: the cheapest faithful one; inside one database the tables change their schema, on one server files are copied. copy: row by row, wherever the new home is. */
  strategy?: "auto" | "copy" | undefined;
  /** Tables copied and indexes built at the same time; from 4 on, a table of a gigabyte that would outlast the others is divided. Default: the machine's cores, at most 8. */
  jobs?: number;
  /** Milliseconds to wait for a table's lock and for writers to finish, when fencing. Default: 30000. */
  fenceTimeout?: number;
  /** Online: milliseconds that the last changes may take to arrive, once the service cannot write. Default: 30000. */
  drainTimeout?: number;
  /** Bytes of rows copied per second at most, by all jobs together. Default: as fast as it goes. */
  copyRate?: number;
  /** Bytes of WAL that the old home's own standbys may be behind; while they are more, no rows are copied. Default: nobody looks. */
  maxStandbyLag?: number;
  /** Who shares in the copying of big datasets. Default: the process that runs pulumi up copies alone. */
  runner?: RunnerArgs;
}

/** Who shares in the copying, besides the process that runs pulumi up. */
export interface RunnerArgs {
  /** A Job in the stack's cluster. */
  kubernetes: KubernetesRunnerArgs;
}

/** Pods that share in the copying. */
export interface KubernetesRunnerArgs {
  /** Pods that copy at the same time, each with one stream. */
  pods: number;
  /** Container image with its tag or digest: registry.example.com/rehome-worker:1.0. */
  image: string;
  /** Kubernetes namespace. Default: the stack's (kubernetes.namespace). */
  namespace?: string;
  /** What each pod is promised. Default: nothing. */
  requests?: {
    /** Cores: 250m is a quarter of one. Default: none. */
    cpu?: string;
    /** Bytes: 512Mi, 1Gi. Default: none. */
    memory?: string;
  };
  /** What each pod may use at most. Default: no limit. */
  limits?: {
    /** Cores: 250m is a quarter of one. Default: none. */
    cpu?: string;
    /** Bytes: 512Mi, 1Gi. Default: none. */
    memory?: string;
  };
  /** User id that the pods run as, never root. Default: 10001. */
  user?: number | undefined;
  /** Seconds that a pod waits for the copy to begin, or to begin again. Default: 3600. */
  patience?: number | undefined;
  /** Seconds after which all pods are ended; the move goes on without them. Default: 86400. */
  deadline?: number | undefined;
}

/** What a service's move waits for, besides the services in `after`. */
export interface GateArgs {
  /** What must be healthy before this service's move begins. Default: nothing. */
  health?: {
    /** Address that must answer 200: the health of what has moved before. */
    url: string;
    /** Seconds to wait for that answer; asked again every second. Default: 120. */
    timeout?: number | undefined;
  };
  /** true: a move is only prepared until `approved` names it; the preview says how. Going back needs no approval. Default: false. */
  approval?: boolean | undefined;
  /** The move that may begin, as the preview names it; words after it are yours. Default: none. */
  approved?: string;
}

/** The connection pool of each of a service's processes. */
export interface PoolArgs {
  /** Connections at most. Default: 10. */
  max?: number | undefined;
  /** Connections kept open when idle; not above max. Default: 0. */
  idle?: number | undefined;
  /** Seconds after which a connection beyond `idle` is closed. Default: the pool's own. */
  idleTimeout?: number;
  /** A PgBouncer of the service's own stands between it and the server, and lends a connection for a session, a transaction or a statement. Needs a workload. Default: none, the service connects directly. */
  mode?: "session" | "transaction" | "statement";
  /** That PgBouncer's size. Only with `mode`. Default: as its own keys say. */
  pgbouncer?: {
    /** Connections to the server that each PgBouncer keeps at most. Default: 20. */
    connections?: number | undefined;
    /** Connections of the service that each PgBouncer accepts at most. Default: 1000. */
    clients?: number | undefined;
    /** Pods of PgBouncer. Default: 2. */
    replicas?: number | undefined;
    /** Container image with its tag or digest: ghcr.io/cloudnative-pg/pgbouncer:1.25.1, the default. */
    image?: string | undefined;
    /** User id that PgBouncer runs as, never root. Default: 998. */
    user?: number | undefined;
    /** What each pod of PgBouncer is promised. Default: nothing. */
    requests?: {
      /** Cores: 250m is a quarter of one. Default: none. */
      cpu?: string;
      /** Bytes: 512Mi, 1Gi. Default: none. */
      memory?: string;
    };
    /** What each pod of PgBouncer may use at most. Default: no limits. */
    limits?: {
      /** Cores: 250m is a quarter of one. Default: none. */
      cpu?: string;
      /** Bytes: 512Mi, 1Gi. Default: none. */
      memory?: string;
    };
  };
}

/** The Kubernetes Deployment that runs the service. */
export interface WorkloadArgs {
  /** Container image with its tag or digest: payment-service:1.4. */
  image: string;
  /** Port that the container listens on. Default: 8080. */
  port?: number | undefined;
  /** HTTP path of the readiness and liveness probes, for example /health. Default: a TCP probe of the port. */
  health?: string;
  /** Pods. Default: 1. */
  replicas?: number | undefined;
  /** Kubernetes namespace. Default: the stack's (kubernetes.namespace). */
  namespace?: string;
  /** Deployment's name. Default: the service's, as Kubernetes can hold it. */
  name?: string;
  /** Name of the Secret with the connection, before its content's hash. Default: <service>-db-secret. */
  secret?: string;
  /** Environment variables with the connection, each with the Secret's key: QUARKUS_DATASOURCE_JDBC_URL: jdbc-url. Default: DATABASE_URL, and libpq's own PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE. */
  connection?: Record<
    string,
    | "host"
    | "port"
    | "database"
    | "schema"
    | "search-path"
    | "username"
    | "password"
    | "sslmode"
    | "url"
    | "libpq"
    | "jdbc-url"
    | "r2dbc-url"
    | "reactive-url"
    | "npgsql"
    | "sqlalchemy-url"
    | "go-url"
    | "pool-max"
    | "pool-idle"
    | "pool-idle-timeout"
  >;
  /** More environment variables; no secrets. Default: none. */
  env?: Record<string, string>;
  /** What the container runs, with its arguments; no secrets. Default: what its image says. */
  command?: string[];
  /** What each pod is promised. Default: nothing. */
  requests?: {
    /** Cores: 250m is a quarter of one. Default: none. */
    cpu?: string;
    /** Bytes: 512Mi, 1Gi. Default: none. */
    memory?: string;
  };
  /** What each pod may use at most. Default: no limits. */
  limits?: {
    /** Cores: 250m is a quarter of one. Default: none. */
    cpu?: string;
    /** Bytes: 512Mi, 1Gi. Default: none. */
    memory?: string;
  };
  /** User id that the container runs as, never root. Default: the image's, which must be a number. */
  user?: number;
  /** Folders the container may write to, empty at its start; all else is read-only. Default: /tmp. */
  writable?: string[] | undefined;
  /** Services of this stack that the pods may connect to, besides their database. Default: none. */
  calls?: string[] | undefined;
  /** Where else the pods may connect to. Default: nowhere. */
  egress?:
    | {
        /** Addresses: 10.8.0.0/16, or 10.8.0.7/32 for one. */
        cidr: string;
        /** Port there. */
        port: number;
      }[]
    | undefined;
  /** Seconds that a rollout may go without progress before it has failed. Default: 600. */
  rolloutTimeout?: number | undefined;
}

/** Logical backups of a service's schemas, by a CronJob. */
export interface DumpsArgs {
  /** When, as cron writes it: "30 2 * * *" is 02:30 each day. */
  schedule: string;
  /** Time zone of the schedule. Default: Etc/UTC. */
  timeZone?: string | undefined;
  /** PersistentVolumeClaim that keeps the dumps; it exists already, in the same namespace. */
  claim: string;
  /** Dumps kept of each; older ones are deleted. Default: 14. */
  keep?: number | undefined;
  /** Container image with its tag or digest: postgres:18, the default; its pg_dump is not older than the server. */
  image?: string | undefined;
  /** User id that pg_dump runs as, never root, and group of the claim's files. Default: 999. */
  user?: number | undefined;
}

/** The cluster that runs the services' workloads. */
export interface KubernetesArgs {
  /** Context of the kubeconfig. Default: its current one, where a kubeconfig is named. */
  context?: string;
  /** Where the kubeconfig is: its text, or its path. Default: with a context, KUBECONFIG's. */
  kubeconfig?: SecretReferenceArgs;
  /** Folder that manifests are rendered to, instead of a cluster. Default: without context and kubeconfig, .rehome/<project>/<stack>/manifests. */
  renderTo?: string;
  /** Namespace of the workloads that name none. Default: default. */
  namespace?: string | undefined;
  /** true, the default: namespaces other than `default` are declared here. false: they exist already. */
  createNamespaces?: boolean | undefined;
  /** Logical backups of whole databases, by name. Default: none. */
  dumps?: Record<string, DatabaseDumpsArgs> | undefined;
}

/** Logical backups of a whole database, by a CronJob. */
export interface DatabaseDumpsArgs {
  /** Host of the database. */
  host: string;
  /** The database, dumped as a whole by the host's administrator. */
  database: string;
  /** Kubernetes namespace. Default: the stack's (kubernetes.namespace). */
  namespace?: string;
  /** When, as cron writes it: "30 2 * * *" is 02:30 each day. */
  schedule: string;
  /** Time zone of the schedule. Default: Etc/UTC. */
  timeZone?: string | undefined;
  /** PersistentVolumeClaim that keeps the dumps; it exists already, in the same namespace. */
  claim: string;
  /** Dumps kept of each; older ones are deleted. Default: 14. */
  keep?: number | undefined;
  /** Container image with its tag or digest: postgres:18, the default; its pg_dump is not older than the server. */
  image?: string | undefined;
  /** User id that pg_dump runs as, never root, and group of the claim's files. Default: 999. */
  user?: number | undefined;
}
