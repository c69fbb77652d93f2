import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** One connection that leads through a way. */
export interface Passage {
  /** Bytes that were sent to the server. */
  readonly sent: number;
  /** From now on nothing passes, and neither side is told, not even that the other has gone. */
  readonly block: () => void;
  /** What was held back passes now, and all that comes. */
  readonly release: () => void;
  /** Closes both sides. */
  readonly cut: () => void;
}

/** A way to a server of this machine that can become one on which everything is lost. */
export interface Way {
  readonly port: number;
  /** Connections that neither side has closed yet, in the order of their coming. */
  readonly passages: ReadonlySet<Passage>;
  /** The connection that the rows go through: the one that most was sent on. */
  readonly busiest: () => Passage | undefined;
  /** Blocks all connections, and those that are still to come. */
  readonly block: () => void;
  /** The way is free for new connections; those that were blocked are closed, as servers do in time. */
  readonly clear: () => void;
  readonly close: () => void;
}

function passageBetween(client: Socket, server: Socket): Passage {
  let blocked = false;
  const pairs = [
    [client, server],
    [server, client],
  ] as const;
  const release = (): void => {
    blocked = false;
    for (const [one, other] of pairs) {
      one.pipe(other, { end: false });
      if (one.closed) other.destroy();
    }
  };
  for (const [one, other] of pairs) {
    one.on("error", () => undefined);
    one.once("end", () => blocked || other.end());
    one.once("close", () => blocked || other.destroy());
  }
  release();
  return {
    get sent() {
      return server.bytesWritten;
    },
    block: () => {
      blocked = true;
      for (const [one, other] of pairs) one.unpipe(other).pause();
    },
    release,
    cut: () => pairs.forEach(([one]) => one.destroy()),
  };
}

/** Opens a way to a port of this machine. */
export async function openWay(port: number): Promise<Way> {
  let blocked = false;
  const passages = new Set<Passage>();
  const proxy = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const passage = passageBetween(client, server);
    passages.add(passage);
    server.once("close", () => passages.delete(passage));
    if (blocked) passage.block();
  });
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  const cutAll = (): void => {
    for (const passage of passages) passage.cut();
  };
  return {
    port: (proxy.address() as AddressInfo).port,
    passages,
    busiest: () => [...passages].sort((one, other) => other.sent - one.sent)[0],
    block: () => {
      blocked = true;
      for (const passage of passages) passage.block();
    },
    clear: () => {
      blocked = false;
      cutAll();
    },
    close: () => {
      cutAll();
      proxy.close();
    },
  };
}
