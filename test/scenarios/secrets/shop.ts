import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { removeCluster, scramVerifier } from "@rehome/postgres";
import { ident, literal, qualified } from "../../../migration/src/sql/quote";
import { startServer, type TestServer } from "../../support/servers";
import { writeTopologyProgram } from "../../support/topology-program";
import { realCli } from "../real-cli";
import { rehearsalHost } from "../rehearsal-host";
import { STACK, type Runner } from "../stage";
import { throwawayDirectory } from "../../support/throwaway";

/** The parts of a stack file that Rehome allows any characters in. */
export const NAMES = {
  service: `it's "the" shop; --`,
  role: `ro'le" %I`,
  reader: `$1 re"ader's`,
  hosts: { old: `o'ld "x"`, managed: "ma$(naged) %s", local: 'lo`c"al' },
  old: { database: `d"b'; -- %s ?#[]&=`, schema: `public"; DROP SCHEMA public; --` },
  managed: { database: `host=x dbname="y" &a=b;c+d\\`, schema: "two\nline's \"$fence$" },
  local: { database: "$(touch) 日本 /.", schema: "%I.%s \\" },
} as const;

/** Unusual passwords, by the environment variable that holds them. */
export const PASSWORDS = {
  OLD_ADMIN: `p@ss:w/o?r#d[]%41' "q"\\ $(x)\`y\` é ü {}|^~!&*+,;=<>`,
  MANAGED_ADMIN: `'; SELECT 1; -- "\\" \t %s $1 https://u:p@h/?a=b#c ß`,
  SHOP: `${"x".repeat(300)}'"\\@:/?#[]% end`,
} as const;

/** What stands in a row, and is nobody's business outside of the servers. */
export const ROW = "anna.secret@example.com";

export const ADMIN = `ad'm"in %I`;

const role = (name: string, password: string, more = ""): string =>
  `CREATE ROLE ${ident(name)} LOGIN ${more} PASSWORD ${literal(scramVerifier(password))}`;

/** Statements, connections and every refusal go to the log, from now on. */
const logAll = async (server: TestServer): Promise<void> => {
  for (const [name, value] of [
    ["log_statement", "'all'"],
    ["log_connections", "on"],
    ["log_error_verbosity", "verbose"],
    ["log_parameter_max_length", "-1"],
  ])
    await server.sql("postgres", `ALTER SYSTEM SET ${name} = ${value}`);
  await server.sql("postgres", "SELECT pg_reload_conf()");
};

/** Two servers, the old with a service's data, the other Rehome's to manage; and a program's folder. */
export interface Shop {
  readonly old: TestServer;
  readonly managed: TestServer;
  readonly folder: string;
  readonly runner: Runner;
  /** Sets the environment variable that a password is in. */
  readonly tell: (name: keyof typeof PASSWORDS, password: string) => void;
  /** Writes the service's lines of the stack file: its home and what else stands beside it. */
  readonly write: (
    lines: Readonly<Record<string, unknown>>,
    config?: Readonly<Record<string, unknown>>,
  ) => Promise<void>;
  /** The logs of all servers that there are. */
  readonly logs: () => Promise<{ where: string; text: string }[]>;
  readonly end: () => Promise<void>;
}

const LOCAL = { platform: "local", parameters: { log_statement: "all", log_connections: "on" } };

const hostsOf = (old: TestServer, managed: TestServer): Record<string, unknown> => {
  const url = ({ port }: TestServer, database: string): string =>
    `postgres://${encodeURIComponent(ADMIN)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  return {
    [NAMES.hosts.old]: {
      platform: "existing",
      url: url(old, NAMES.old.database),
      password: { env: "OLD_ADMIN" },
    },
    [NAMES.hosts.managed]: {
      ...{ platform: "existing", url: url(managed, "postgres"), password: { env: "MANAGED_ADMIN" } },
      ...{ manage: true, dropRetired: true },
    },
    [NAMES.hosts.local]: LOCAL,
  };
};

const makeOld = async (old: TestServer): Promise<void> => {
  const { database, schema } = NAMES.old;
  await old.sql(
    "postgres",
    `${role(ADMIN, PASSWORDS.OLD_ADMIN, "SUPERUSER")}; ${role(NAMES.role, PASSWORDS.SHOP)}; ${role(NAMES.reader, PASSWORDS.SHOP)}`,
  );
  await old.sql("postgres", `CREATE DATABASE ${ident(database)}`);
  await old.sql(
    database,
    `CREATE SCHEMA ${ident(schema)} AUTHORIZATION ${ident(NAMES.role)}; SET ROLE ${ident(NAMES.role)};
     SET search_path = ${ident(schema)};
     CREATE TABLE "pe""op'le" (id serial PRIMARY KEY, mail text UNIQUE);
     INSERT INTO "pe""op'le" (mail) VALUES (${literal(ROW)}), ('other');
     CREATE FUNCTION counted() RETURNS bigint LANGUAGE sql AS ${literal(`SELECT count(*) FROM ${qualified(schema, `pe"op'le`)}`)}`,
  );
};

const clusters = async (folder: string): Promise<string[]> => {
  if (!existsSync(folder)) return [];
  if (existsSync(join(folder, "PG_VERSION"))) return [folder];
  const found = await readdir(folder, { withFileTypes: true });
  const below = found.filter((entry) => entry.isDirectory() || entry.isSymbolicLink());
  return (await Promise.all(below.map(({ name }) => clusters(join(folder, name))))).flat();
};

const makeProgram = async (parent: string): Promise<string> => {
  const folder = join(parent, "shop");
  await mkdir(folder);
  await writeTopologyProgram(folder, "shop");
  return folder;
};

/** Starts it all. Ends whatever `end` ends. */
export const openShop = async (by: "rehearsal" | "pulumi"): Promise<Shop> => {
  const [old, managed] = await Promise.all([startServer(), startServer()]);
  await makeOld(old);
  await managed.sql(
    "postgres",
    `${role(ADMIN, PASSWORDS.MANAGED_ADMIN, "SUPERUSER")}; ${role(NAMES.reader, PASSWORDS.SHOP)}`,
  );
  await Promise.all([old, managed].map(logAll));
  const parent = await throwawayDirectory("scenario");
  const folder = await makeProgram(parent);
  const env: Record<string, string> = { ...PASSWORDS };
  const runner = by === "pulumi" ? await realCli(folder, env) : rehearsalHost(folder, env);
  const file = join(folder, `Pulumi.${STACK}.yaml`);
  const local = (): Promise<string[]> => clusters(join(folder, ".rehome"));
  return {
    old,
    managed,
    folder,
    runner,
    tell: (name, password) => {
      env[name] = process.env[name] = password;
    },
    write: async (lines, config = {}) => {
      const before = existsSync(file) ? await readFile(file, "utf8") : "";
      const salt = /^encryptionsalt: .*\n/m.exec(before)?.[0] ?? "";
      const service = { role: NAMES.role, password: { env: "SHOP" }, readers: [NAMES.reader], ...lines };
      const topology = { hosts: hostsOf(old, managed), services: { [NAMES.service]: service } };
      await writeFile(
        file,
        salt +
          JSON.stringify({ config: { "rehome:topology": topology, ...config } }, null, 1)
            .slice(1, -1)
            .replace(/^ "config"/m, "config"),
      );
    },
    logs: async () => {
      const directories = [old.directory, managed.directory, ...(await local())];
      return Promise.all(
        directories.map(async (directory) => {
          const where = `log of ${directory}`;
          return { where, text: await readFile(join(directory, "server.log"), "utf8") };
        }),
      );
    },
    end: async () => {
      for (const directory of await local()) await removeCluster(directory);
      await rm(parent, { recursive: true, force: true });
      await Promise.all([old.stop(), managed.stop()]);
    },
  };
};
