import * as pulumi from "@pulumi/pulumi";
import type { ServerConnection } from "@rehome/migration";
import type { Dataset, Expanded, Service } from "@rehome/topology";
import type { DeclaredRole } from "./database/declare-roles";
import { manages, type Host } from "./hosts/host";
import { inDatabase, onHost } from "./naming";
import { readSecret } from "./secrets";

/** How a service reaches its data: its home, as its own role. Handed out once the data is there. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly schema: string;
  readonly user: string;
  /** Absent where Rehome does not manage the role and the stack file names no password. */
  readonly password?: string;
  readonly sslmode: string;
  /** All of it: `postgres://core_user:…@127.0.0.1:5432/chiro_erp?sslmode=disable`. */
  readonly url: string;
}

type Parts = Omit<Connection, "url">;

/** The URL of a connection, its parts percent-encoded. */
export const connectionUrl = ({ host, port, database, user, password, sslmode }: Parts): string => {
  const address = host.includes(":") ? `[${host}]` : host;
  const [who, secret] = [
    encodeURIComponent(user),
    password === undefined ? "" : `:${encodeURIComponent(password)}`,
  ];
  return `postgres://${who}${secret}@${address}:${port}/${encodeURIComponent(database)}?sslmode=${sslmode}`;
};

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

/** Each service's connection. Secret; known only after its migration, rights and settings. */
export const connectionsOf = (
  { services, datasets }: Expanded,
  sources: ConnectionSources,
): pulumi.Output<Record<string, Connection>> => {
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
      .all([host.connection, passwordOf(service, host, sources), ...before.map(({ id }) => id)])
      .apply(([server, password]): Connection => {
        const { host: address, port, sslmode } = server as ServerConnection;
        const parts: Parts = {
          ...{ host: address, port, database: home.database, schema: home.schema, user: service.role },
          ...(typeof password === "string" ? { password } : {}),
          sslmode: sslmode ?? "prefer",
        };
        return { ...parts, url: connectionUrl(parts) };
      });
    return [[service.name, connection]];
  });
  return pulumi.secret(pulumi.all(Object.fromEntries(entries)));
};
