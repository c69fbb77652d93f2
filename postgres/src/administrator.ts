import { Client } from "pg";

/** A running server as its own account reaches it. */
export interface Socket {
  readonly port: number;
  readonly socketDirectory: string;
}

/** Opens a session as `postgres` through the socket (no password: the operating system vouches), and closes it. */
export const asAdministrator = async <T>(
  { port, socketDirectory }: Socket,
  work: (client: Client) => Promise<T>,
): Promise<T> => {
  const client = new Client({ host: socketDirectory, port, user: "postgres", database: "postgres" });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};
