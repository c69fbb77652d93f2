import type pg from "pg";
import type { ServerConnection } from "../types";
import { connectorStream } from "./connector";
import { tlsOptions } from "./tls";

/** `host:port`, for messages. */
export function address(server: ServerConnection): string {
  return `${server.host}:${server.port}`;
}

/**
 * The configuration of a `pg` client for one database of a server.
 * @throws RehomeError `tls-root-unreadable`, `connector-missing`, `connector-failed`
 */
export async function clientConfig(server: ServerConnection, database: string): Promise<pg.ClientConfig> {
  return {
    host: server.host,
    port: server.port,
    user: server.user,
    database,
    ...(server.connector === undefined
      ? { ssl: tlsOptions(server) }
      : { ssl: false, stream: await connectorStream(server.connector) }), // encrypted already
    application_name: "rehome",
    keepAlive: true,
    // A peer that has vanished is noticed within half a minute, not after the system's two hours.
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: 15_000,
    ...(server.password === undefined ? {} : { password: server.password }),
  };
}
