import type { Command } from "commander";
import type { ServerConnection } from "@rehome/migration";
import { CliError } from "../cli-error";
import { psql, type Login } from "../connect/psql";
import { contextOf, headOf, type DocumentHead } from "../context";
import { EXIT } from "../exit-codes";
import { addCommand, type CommonFlags, type Description } from "../program";
import { chosen, serverAt, type Stack } from "../stack/open-stack";

/** What `rehome connect <service> --json` prints instead of connecting. No password. */
export interface ConnectDocument extends DocumentHead {
  readonly service: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly schema: string;
  readonly user: string;
  readonly sslmode: string | null;
}

interface Flags extends CommonFlags {
  readonly admin?: boolean;
}

const DESCRIPTION: Description = {
  usage: "connect <service> [psql-arguments...]",
  summary: "psql in a service's home",
  about:
    "Opens psql in the home of a service, as the service's role. Arguments after -- are psql's. The password goes to psql by its environment; it is printed nowhere, and stands in no process's arguments.",
  examples: [
    ["rehome connect billing", "a session as the service has it"],
    ["rehome connect billing --admin", "as the host's administrator, in the service's schema"],
    ['rehome connect billing -- -c "SELECT count(*) FROM invoices"', "one query"],
    ["rehome connect billing --json", "where that is, without the password"],
  ],
};

type Found = Login & { readonly schema: string };

const asAdministrator = (stack: Stack, service: string): Found => {
  const [dataset] = chosen(stack.datasets, [service]);
  if (dataset === undefined) throw new Error("chosen() has found one");
  const { host, database, schema } = dataset.home;
  return { server: serverAt(stack, host), database, schema };
};

const asService = (stack: Stack, service: string): Found => {
  const connection = stack.connections[service];
  if (connection === undefined) {
    chosen(stack.datasets, [service]); // a name that nobody has is said otherwise
    throw new CliError(
      "not-handed-out",
      `the stack has not handed out the connection of "${service}" yet: run pulumi up, or connect as the administrator with --admin.`,
    );
  }
  const { host, port, user, password, sslmode, sslrootcert, database, schema } = connection;
  const server: ServerConnection = {
    ...{ host, port, user, sslmode: sslmode as "disable" },
    ...(password === undefined ? {} : { password }),
    ...(sslrootcert === undefined ? {} : { sslrootcert }),
  };
  const home = stack.datasets.find(({ service: name }) => name === service)?.home;
  const running = home && stack.hosts.get(home.host);
  // A local server that was stopped may have come back on another port.
  const here = home && stack.clusters.has(home.host) && running ? { ...server, port: running.port } : server;
  return { server: here, database, schema };
};

const run = async (service: string, args: readonly string[], flags: Flags): Promise<number> => {
  const { json, open, answer } = contextOf(flags);
  const stack = await open();
  const login = flags.admin === true ? asAdministrator(stack, service) : asService(stack, service);
  const { server, database, schema } = login;
  if (!json) {
    // The role's own settings say where the service looks first.
    return await psql(flags.admin === true ? login : { server, database }, args);
  }
  const { host, port, user, sslmode } = server;
  const document: ConnectDocument = {
    ...headOf("connect", stack),
    ...{ service, host, port, database, schema, user },
    sslmode: sslmode ?? null,
  };
  answer(document, () => "");
  return EXIT.ok;
};

/** `rehome connect`: psql in a service's home. */
export const addConnect = (program: Command, done: (code: number) => void): void => {
  addCommand(program, DESCRIPTION)
    .option("--admin", "as the host's administrator")
    .action(async (service: string, args: string[], flags: Flags) => done(await run(service, args, flags)));
};
