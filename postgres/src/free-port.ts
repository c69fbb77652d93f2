import { createHash } from "node:crypto";
import { createServer } from "node:net";

/** Above the ports that Linux gives to outgoing connections, which would be taken and left again at any moment. */
const FIRST = 61_000;
const COUNT = 4_000;

/** Whether a server could listen on this port of 127.0.0.1 now. */
const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(true)));
  });

/** A free port of 127.0.0.1: the same for the same directory as long as it is free. */
export const freePort = async (directory: string): Promise<number> => {
  const start = createHash("sha256").update(directory).digest().readUInt32BE(0) % COUNT;
  for (let step = 0; step < COUNT; step += 1) {
    const port = FIRST + ((start + step * 7) % COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port of 127.0.0.1 between ${FIRST} and ${FIRST + COUNT} is free.`);
};
