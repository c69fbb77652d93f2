import { spawn, type ChildProcess } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { DatasetStatus, StatusDocument } from "@rehome/cli";
import { rehearse } from "@rehome/rehearsal";
import { startServer, type TestServer } from "../support/servers";
import { writeTopologyProgram } from "../support/topology-program";
import { throwawayDirectory } from "../support/throwaway";

const repository = resolve(import.meta.dirname, "../..");
const REHOME = join(repository, "cli/bin/rehome.mjs");

/** What a command line has printed, and how it has ended. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Where a service is in a stack file; `home: null` leaves it out. */
export type Placements = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A stack of two services beside the server that they come from and the one that they go to. */
export interface Shop {
  readonly folder: string;
  readonly legacy: TestServer;
  readonly main: TestServer;
  /** Passwords that no command may print. */
  readonly secrets: readonly string[];
  readonly edit: (services: Placements) => Promise<void>;
  readonly up: () => Promise<void>;
  /** The same in a process group of its own, which can be killed. */
  readonly startUp: () => ChildProcess;
  /** Runs `rehome` in the stack's folder, by process. */
  readonly rehome: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ran>;
  readonly end: () => Promise<void>;
}

/** Runs a program to its end, without a terminal. */
export const runProgram = (command: string, args: readonly string[], options: object): Promise<Ran> =>
  new Promise((done, failed) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    child.stdout.on("data", (data: Buffer) => (out += data.toString()));
    child.stderr.on("data", (data: Buffer) => (err += data.toString()));
    child.once("error", failed).once("close", (code) => done({ code, out, err }));
  });

/** A placement. */
export const at = (host: string, database: string, schema: string) => ({ host, database, schema });
export const BILLING = { home: at("main", "billing", "public"), formerly: at("legacy", "shop", "billing") };
export const ORDERS = { home: at("legacy", "shop", "orders"), next: at("main", "orders", "orders") };
export const ONLINE = { migration: { mode: "online" } };
/** Slow enough to be looked at, by bytes per second. */
export const slowly = (copyRate: number) => ({ migration: { copyRate } });

/** The status of billing as soon as its rows are being copied; undefined when the run has ended before that was seen. */
export const firstCopying = async (shop: Shop, run: ChildProcess): Promise<DatasetStatus | undefined> => {
  while (run.exitCode === null) {
    const { code, out } = await shop.rehome(["status", "--json"]);
    if (code !== 0) continue;
    const { datasets } = JSON.parse(out) as StatusDocument;
    const seen = datasets.find(({ dataset }) => dataset === "billing");
    if (seen?.migration?.rate != null) return seen;
  }
  return undefined;
};

export const ROWS = { invoices: 4_000, orders: 500 } as const;

const LEGACY = `
  CREATE SCHEMA billing AUTHORIZATION billing_user;
  SET ROLE billing_user;
  CREATE TABLE billing.invoices (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
  INSERT INTO billing.invoices (note) SELECT repeat(md5(g::text), 16) FROM generate_series(1, ${ROWS.invoices}) g;
  CREATE TABLE billing.payments (id int PRIMARY KEY, invoice bigint REFERENCES billing.invoices);
  INSERT INTO billing.payments SELECT g, g FROM generate_series(1, 10) g;
  RESET ROLE;
  CREATE SCHEMA orders AUTHORIZATION orders_user;
  SET ROLE orders_user;
  CREATE TABLE orders.orders (id int PRIMARY KEY, what text);
  INSERT INTO orders.orders SELECT g, 'thing ' || g FROM generate_series(1, ${ROWS.orders}) g;
  RESET ROLE;
  ANALYZE`;

const stackFile = (legacy: TestServer, main: TestServer, services: Placements): string => {
  const host = ({ port }: TestServer, variable: string, manage: boolean): object => ({
    ...{
      platform: "existing",
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      manage,
      dropRetired: manage,
    },
    password: { env: variable },
  });
  const hosts = { legacy: host(legacy, "LEGACY_PASSWORD", false), main: host(main, "MAIN_PASSWORD", true) };
  const written = Object.fromEntries(
    Object.entries(services).map(([name, service]) => [
      name,
      { role: `${name}_user`, password: { env: "SERVICE_PASSWORD" }, ...service },
    ]),
  );
  return `config:\n  rehome:topology: ${JSON.stringify({ hosts, services: written })}\n`;
};

/** Starts both servers, fills the one that the services come from, and writes the program. */
export const openShop = async (): Promise<Shop> => {
  const [legacy, main] = await Promise.all([startServer(), startServer()]);
  const password = `svc-${legacy.password}`;
  for (const role of ["billing_user", "orders_user"])
    await legacy.sql("postgres", `CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  await legacy.sql("postgres", "CREATE DATABASE shop");
  await legacy.sql("shop", LEGACY);
  const folder = await throwawayDirectory("cli");
  await writeTopologyProgram(folder, "shop");
  const secrets = {
    LEGACY_PASSWORD: legacy.password,
    MAIN_PASSWORD: main.password,
    SERVICE_PASSWORD: password,
  };
  Object.assign(process.env, secrets);
  // These run as processes; what is on the PATH of whoever runs the tests is not their concern.
  const env = { ...process.env, NO_COLOR: "1" };
  return {
    ...{ folder, legacy, main, secrets: Object.values(secrets) },
    edit: (services) => writeFile(join(folder, "Pulumi.dev.yaml"), stackFile(legacy, main, services)),
    up: async () => {
      const { exitCode, text } = await rehearse({
        cwd: folder,
        stack: "dev",
        command: "up",
        skipPreview: true,
      });
      if (exitCode !== 0) throw new Error(text);
    },
    startUp: () =>
      spawn(join(repository, "rehearsal/bin/rehearse.mjs"), ["up", "--stack", "dev", "--skip-preview"], {
        ...{ cwd: folder, env, stdio: "ignore" as const, detached: true },
      }),
    rehome: (args, more = {}) =>
      runProgram(process.execPath, [REHOME, ...args], { cwd: folder, env: { ...env, ...more } }),
    end: async () => {
      await rm(folder, { recursive: true, force: true });
      await Promise.all([legacy.stop(), main.stop()]);
    },
  };
};
