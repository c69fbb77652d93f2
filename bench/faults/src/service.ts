import pg from "pg";
import type { Server } from "./server";
import { ROLE } from "./shop";

/** One placement of the service, as its own clients reach it. */
export interface Home {
  readonly name: "A" | "B";
  readonly server: Server;
  readonly database: string;
  readonly schema: string;
}

/**
 * Opens a session of the service's role, past the engine's network.
 * @param settings further options of the session, as `-c name=value`
 */
export async function serviceClient({ server, database, schema }: Home, settings = ""): Promise<pg.Client> {
  const client = new pg.Client({
    host: server.host,
    port: server.port,
    database,
    ...ROLE,
    application_name: "shop",
    connectionTimeoutMillis: 10_000,
    options: `-c search_path=${schema} -c timezone=UTC -c synchronous_commit=on ${settings}`,
  });
  client.on("error", () => undefined); // ended by the server: the next query says so
  await client.connect();
  return client;
}

/** Whether an error leaves it open if the statement took effect: no answer came, or the session's end for one. */
export function isUnknown(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code) || /^(57|08)/.test(code);
}

export const reason = (error: unknown): string => {
  const { code, message } = error as { code?: string; message?: string };
  return `${code ?? "no code"} ${message ?? String(error)}`;
};
