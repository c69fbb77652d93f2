/** How a service reaches its data, in the parts that every driver's form is made from. */
export interface Endpoint {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** The schemas that unqualified names are looked up in, as PostgreSQL's `search_path` writes them. */
  readonly searchPath: string;
  readonly user: string;
  /** Absent: the server asks for none. */
  readonly password?: string;
  /** libpq's own words: `disable`, `require`, `verify-full` … */
  readonly sslmode: string;
  /** Path, where the service runs, of a PEM file with the certificates to trust. Absent: the driver's own. */
  readonly sslrootcert?: string;
}
