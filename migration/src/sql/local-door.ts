import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { CloudSqlConnector } from "../types";
import { connectorStream } from "./connector";

/** A socket of this machine behind which an instance is, for programs that know no connector. */
export interface LocalDoor {
  /** The directory of the socket: libpq's `host`. */
  readonly host: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

const PORT = 5432;

/** Carries bytes both ways until either side ends; what breaks there, the program at the socket sees. */
function carry(client: Socket, stream: Duplex): void {
  const end = (): void => {
    client.destroy();
    stream.destroy();
  };
  for (const side of [client, stream]) side.on("error", end).once("close", end);
  client.pipe(stream);
  stream.pipe(client);
}

/**
 * Opens a door that this account alone can go through. (The connector's own proxy hears no errors of its sockets, which
 * would end the process, and cannot be closed by itself.)
 * @throws RehomeError as `connectorStream`
 */
export async function openLocalDoor(connector: CloudSqlConnector): Promise<LocalDoor> {
  await connectorStream(connector); // says what is wrong before anybody knocks
  const host = await mkdtemp(join(tmpdir(), "rehome-")); // mode 0700
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    sockets.add(client.once("close", () => sockets.delete(client)));
    connectorStream(connector).then(
      (stream) => carry(client, stream()),
      () => client.destroy(),
    );
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(join(host, `.s.PGSQL.${PORT}`), resolve);
    });
  } catch (error) {
    await rm(host, { recursive: true, force: true });
    throw error;
  }
  return {
    host,
    port: PORT,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await rm(host, { recursive: true, force: true });
    },
  };
}
