/** How a server proves itself, and whether it talks to anybody without. */
export interface Tls {
  /** PEM. */
  readonly certificate: string;
  /** PEM. Secret. */
  readonly key: string;
  /** Whether sessions without TLS are refused. */
  readonly required: boolean;
}

/** A PostgreSQL cluster of this machine, as it should be. */
export interface ClusterSpec {
  /** Its data directory. Absolute. Made when absent. */
  readonly directory: string;
  /** The address of this machine's that it listens at. Default: 127.0.0.1. */
  readonly address?: string;
  /** Default: it speaks no TLS. */
  readonly tls?: Tls;
  /** The TCP port of its address. Default: the one it has; for a new cluster a free one. */
  readonly port?: number;
  /** The administrator's (`postgres`); altered when the cluster has another. */
  readonly password: string;
  /** `postgresql.conf` parameters, all of them: what is left out has PostgreSQL's default. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The major version. Default: the cluster's own; for a new cluster the newest installed. */
  readonly version?: number;
}

/** A running cluster. */
export interface Cluster {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  readonly user: "postgres";
  /** The major version. */
  readonly version: number;
}
