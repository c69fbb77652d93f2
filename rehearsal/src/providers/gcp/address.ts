import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { RehearsalError } from "../../rehearsal-error";

/** The port of every instance of Cloud SQL. */
export const PORT = 5432;

/** All of 127.0.0.0/8 is this machine; these are given to instances. */
const NETWORK = "127.77";
const ADDRESSES = 254 * 254;

/** Why nobody can listen there, undefined when one can. */
const trouble = (host: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "EUNKNOWN"));
    probe.listen({ port: PORT, host, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });

/** An address of this machine that nobody listens at, the same for the same text as long as it is free. */
export const freeAddress = async (whose: string): Promise<string> => {
  const start = createHash("sha256").update(whose).digest().readUInt32BE(0) % ADDRESSES;
  for (let step = 0; step < 1_000; step += 1) {
    const number = (start + step * 7) % ADDRESSES;
    const address = `${NETWORK}.${1 + Math.floor(number / 254)}.${1 + (number % 254)}`;
    const why = await trouble(address);
    if (why === undefined) return address;
    if (why !== "EADDRINUSE") {
      throw new RehearsalError(
        "stand-in",
        `an instance of Cloud SQL is rehearsed at an address of its own, and ${address} is none of this machine (${why}): ` +
          `sudo ifconfig lo0 alias ${address} up  gives it to a Mac.`,
      );
    }
  }
  throw new RehearsalError("stand-in", `no address of ${NETWORK}.0.0/16 has port ${PORT} free.`);
};
