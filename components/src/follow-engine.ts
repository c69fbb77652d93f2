import { connect } from "node:net";

/** Milliseconds between two looks. */
const PAUSE = 1_000;

/** Resolves with whether nobody listens at the address any more; a busy engine is no dead one. */
const isGone = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    const answer = (gone: boolean): void => {
      socket.destroy();
      resolve(gone);
    };
    socket.once("connect", () => answer(false));
    socket.once("error", ({ code }: NodeJS.ErrnoException) => answer(code === "ECONNREFUSED"));
    socket.setTimeout(PAUSE, () => answer(false));
  });

let followed = false;

/**
 * Ends this process, without any goodbye, when Pulumi's engine has ended: one that was killed leaves its providers behind,
 * where they stand still with the locks of what they were at, and keep each later run from its work. What a run that
 * dies leaves is what every run expects. Nothing is followed where no `address` of an engine is given.
 *
 * @param address `127.0.0.1:32881`: what Pulumi gives to the process of the dynamic providers
 */
export const followEngine = (address: string | undefined = process.argv[2]): void => {
  const [, host, port] = /^([\d.]+):(\d+)$/.exec(address ?? "") ?? [];
  if (followed || host === undefined || port === undefined) return;
  followed = true;
  const look = async (): Promise<void> => {
    if (await isGone(host, Number(port))) process.kill(process.pid, "SIGKILL");
    setTimeout(() => void look(), PAUSE).unref();
  };
  void look();
};
