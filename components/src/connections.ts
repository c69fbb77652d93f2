import * as pulumi from "@pulumi/pulumi";
import { sslmodeOf, type ServerConnection } from "@rehome/migration";
import type { Dataset, Expanded, Placement, Service } from "@rehome/topology";
import type { DeclaredRole } from "./database/declare-roles";
import { manages, type Host } from "./hosts/host";
import { inDatabase, onHost } from "./naming";
import { url } from "./connection-formats/urls";
import { searchPath } from "./search-path";
import { readSecret } from "./secrets";

/** How a service reaches its data: its home, as its own role. Handed out once the data is there. */
export interface Connection {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Of a service with several datasets, its own first one's. */
  readonly schema: string;
  /** The schemas that unqualified names are looked up in, as PostgreSQL's `search_path` writes them. */
  readonly searchPath: string;
  /** The service's role: `core_user`. */
  readonly user: string;
  /** Absent where Rehome does not manage the role and the stack file names no password. */
  readonly password?: string;
  /** libpq's own words: `disable`, `require`, `verify-ca`, `verify-full`. */
  readonly sslmode: string;
  /** Path, on this machine, of a PEM file with the certificates to trust. Absent: those that the machine trusts. */
  readonly sslrootcert?: string;
  /** Certificates (PEM) that the server's own goes back to, for `sslmode=verify-ca`; where it has some of its own. */
  readonly serverCa?: string;
  /** All of it: `postgres://core_user:…@127.0.0.1:5432/chiro_erp?sslmode=disable`. */
  readonly url: string;
}

/** The dataset whose home a service connects to: its own or its first that is no tenant's, else its first. */
export const principal = (service: Service, datasets: readonly Dataset[]): Dataset | undefined => {
  const own = datasets.filter((dataset) => dataset.service === service.name);
  return own.find(({ name }) => name.split("/").length <= 2) ?? own[0];
};

/** What connections are made from. */
export interface ConnectionSources {
  readonly hosts: ReadonlyMap<string, Host>;
  /** By `onHost(role, host)`. */
  readonly roles: ReadonlyMap<string, DeclaredRole>;
  /** What must be done before a service may connect: migrations by dataset, rights and settings by `inDatabase`. */
  readonly migrations: ReadonlyMap<string, pulumi.CustomResource>;
  readonly connects: ReadonlyMap<string, pulumi.CustomResource>;
  readonly settings: ReadonlyMap<string, pulumi.CustomResource>;
}

const passwordOf = (
  service: Service,
  host: Host,
  { roles }: ConnectionSources,
): pulumi.Input<string | undefined> => {
  const declared = roles.get(onHost(service.role, host.name));
  if (declared !== undefined) return declared.password;
  if (service.password === undefined) return undefined;
  const whose = manages(host) ? "adopted" : "existing";
  return readSecret(
    service.password,
    `Service "${service.name}": the password of its ${whose} role ${service.role}`,
  );
};

/** What unqualified names find: as the stack file says, else in the service's own schemas here and in `public`. */
const searchPathOf = (service: Service, home: Placement, datasets: readonly Dataset[]): string => {
  const given = service.settings["search_path"];
  const here = datasets.filter(
    ({ service: name, home: at, name: dataset }) =>
      name === service.name &&
      at.host === home.host &&
      at.database === home.database &&
      dataset.split("/").length <= 2,
  );
  const schemas = here.length > 0 ? here.map(({ home: at }) => at.schema) : [home.schema];
  return given ?? searchPath(schemas) ?? home.schema;
};

/** Each service's connection, by service. Secret; known only after the service's own migrations, rights and settings. */
export const connectionsOf = (
  { services, datasets }: Expanded,
  sources: ConnectionSources,
): ReadonlyMap<string, pulumi.Output<Connection>> => {
  const entries = services.flatMap((service): [string, pulumi.Output<Connection>][] => {
    const home = principal(service, datasets)?.home;
    const host = home && sources.hosts.get(home.host);
    if (home === undefined || host === undefined) return [];
    const at = inDatabase(service.role, home.host, home.database);
    const moved = datasets
      .filter((dataset) => dataset.service === service.name)
      .map(({ name }) => sources.migrations.get(name));
    const before = [...moved, sources.connects.get(at), sources.settings.get(at)].flatMap(
      (resource) => resource ?? [],
    );
    const connection = pulumi
      .all([
        host.connection,
        passwordOf(service, host, sources),
        host.serverCa,
        ...before.map(({ id }) => id),
      ])
      .apply(([server, password, serverCa]): Connection => {
        const reached = server as ServerConnection;
        const { host: address, port, sslrootcert } = reached;
        const parts = {
          ...{ host: address, port, database: home.database, schema: home.schema, user: service.role },
          searchPath: searchPathOf(service, home, datasets),
          ...(typeof password === "string" ? { password } : {}),
          sslmode: sslmodeOf(reached),
          ...(sslrootcert === undefined ? {} : { sslrootcert }),
        };
        const ca = typeof serverCa === "string" && serverCa !== "" ? { serverCa } : {};
        return { ...parts, ...ca, url: url(parts) };
      });
    return [[service.name, pulumi.secret(connection)]];
  });
  return new Map(entries);
};
