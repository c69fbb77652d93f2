import { ClusterError } from "./cluster-error";

/** What a cluster's settings file says. */
export interface Settings {
  readonly port: number;
  readonly address: string;
  readonly socketDirectory: string;
  /** Lines that mean nothing to the server. */
  readonly marks: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
}

/** Parameters that the cluster's own arguments decide. */
const RESERVED: Readonly<Record<string, string>> = {
  port: "the host's `port`",
  unix_socket_directories: "the cluster itself",
  data_directory: "the host's `directory`",
  hba_file: "the cluster itself",
  ident_file: "the cluster itself",
  config_file: "the cluster itself",
  external_pid_file: "the cluster itself",
};

const quoted = (value: string): string => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

const checked = (name: string, value: string): string => {
  if (!/^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/i.test(name)) {
    throw new ClusterError(
      "parameter-refused",
      `"${name}" is no parameter's name: write it as in pg_settings.`,
    );
  }
  const owner = RESERVED[name.toLowerCase()];
  if (owner !== undefined) {
    throw new ClusterError("parameter-refused", `Parameter ${name} is set by ${owner}: leave it out here.`);
  }
  if (/[\n\r\0]/.test(value)) {
    throw new ClusterError("parameter-refused", `Parameter ${name} has a value of more than one line.`);
  }
  return `${name} = ${quoted(value)}`;
};

/** The text of the settings file: the same settings always give the same text. */
export const settingsText = (settings: Settings): string =>
  [
    "# Written by Rehome; changes made here are overwritten.",
    `port = ${settings.port}`,
    `unix_socket_directories = ${quoted(settings.socketDirectory)}`,
    `listen_addresses = ${quoted(settings.address)}`,
    ...settings.marks,
    ...Object.entries(settings.parameters)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => checked(name, value)),
    "",
  ].join("\n");

/** The port that a settings file names. */
export const portIn = (text: string): number | undefined => {
  const port = /^port = (\d+)$/m.exec(text)?.[1];
  return port === undefined ? undefined : Number(port);
};

/** The address that a settings file names. */
export const addressIn = (text: string): string =>
  /^listen_addresses = '([^']*)'$/m.exec(text)?.[1] ?? "127.0.0.1";

/** Who gets in: the server's own account (and root) through the socket, everybody else with a password. */
export const HBA_TEXT = `# Written by Rehome.
local all         postgres               peer map=rehome
local all         all                    scram-sha-256
host  all         all       127.0.0.1/32 scram-sha-256
host  all         all       ::1/128      scram-sha-256
local replication all                    scram-sha-256
host  replication all       127.0.0.1/32 scram-sha-256
host  replication all       ::1/128      scram-sha-256
`;

/** The same, with or without those who come through the network without TLS. */
export const hbaText = (tlsRequired: boolean): string =>
  tlsRequired ? HBA_TEXT.replaceAll(/^host {2}/gm, "hostssl ") : HBA_TEXT;

/** Which accounts of the operating system are `postgres` through the socket. */
export const identText = (accounts: readonly string[]): string =>
  ["# Written by Rehome.", ...accounts.map((account) => `rehome "${account}" postgres`), ""].join("\n");
