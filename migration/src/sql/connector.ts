import type { Duplex } from "node:stream";
import { RehomeError, codeOf, messageOf } from "../errors";
import type { CloudSqlConnector } from "../types";

/** What is used of `@google-cloud/cloud-sql-connector`. */
interface Connector {
  getOptions(options: {
    readonly instanceConnectionName: string;
    readonly ipType: string;
  }): Promise<{ readonly stream: () => Duplex }>;
  close(): void;
}

const PACKAGE = "@google-cloud/cloud-sql-connector";

/** Names a module that is used in Google's connector's place: a rehearsal's stand-in, say. */
const INSTEAD = "REHOME_CLOUDSQL_CONNECTOR";

/** Milliseconds that an unused connector is kept: it holds a certificate, and timers that keep the process alive. */
const IDLE = 5_000;

interface Shared {
  readonly connector: Connector;
  users: number;
  idle?: NodeJS.Timeout;
}

/** By instance and address: closing a connector one of whose instances has failed would end the process. */
const shared = new Map<string, Shared>();

function load(): new () => Connector {
  const name = process.env[INSTEAD] ?? PACKAGE;
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an optional peer, loaded where it is used
    return (require(name) as { Connector: new () => Connector }).Connector;
  } catch (error) {
    if (codeOf(error) !== "MODULE_NOT_FOUND") throw error;
    throw new RehomeError(
      "connector-missing",
      `Cloud SQL is reached through Google's connector, and ${name} is not installed: npm install ${PACKAGE}. Or write connector: false in the host's lines, to reach it by its address.`,
      { cause: error },
    );
  }
}

function use(used: Shared): void {
  clearTimeout(used.idle);
  used.users += 1;
}

function release(key: string, used: Shared): void {
  used.users -= 1;
  if (used.users > 0) return;
  used.idle = setTimeout(() => {
    if (shared.get(key) === used) shared.delete(key);
    used.connector.close();
  }, IDLE);
  used.idle.unref();
}

/**
 * A function, to be called at once, that gives a stream to an instance's PostgreSQL, encrypted and with both sides proven.
 * @throws RehomeError `connector-missing` when Google's package is not installed, `connector-failed` when Google does not
 * let anybody through: no credentials, no right, no such instance
 */
export async function connectorStream({ instance, address }: CloudSqlConnector): Promise<() => Duplex> {
  const key = JSON.stringify([instance, address]);
  const used = shared.get(key) ?? { connector: new (load())(), users: 0 };
  shared.set(key, used);
  use(used);
  let stream: () => Duplex;
  try {
    ({ stream } = await used.connector.getOptions({
      instanceConnectionName: instance,
      ipType: address === "private" ? "PRIVATE" : "PUBLIC",
    }));
  } catch (error) {
    shared.delete(key); // it remembers its failure, and holds nothing else
    throw new RehomeError(
      "connector-failed",
      `Google's connector finds no way to ${instance}: ${messageOf(error)}. Check the credentials (gcloud auth application-default login), the role Cloud SQL Client, and that the Cloud SQL Admin API is on.`,
      { cause: error, retryable: true },
    );
  }
  release(key, used);
  return () => {
    use(used);
    return stream().once("close", () => release(key, used));
  };
}
