import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { PORT } from "./address";
import { findInstance } from "./instance-file";
import { INSTANCES } from "./variables";

/**
 * Stands for Google's connector (`@google-cloud/cloud-sql-connector`) where instances are servers of this machine: what
 * it gives is a socket to one, which needs no encryption.
 */
export class Connector {
  async getOptions(options: { readonly instanceConnectionName: string }): Promise<{ stream: () => Socket }> {
    const { sockets = "" } = findInstance(process.env[INSTANCES] ?? "", options.instanceConnectionName);
    return {
      stream: () => {
        const socket = connect(join(sockets, `.s.PGSQL.${PORT}`));
        // Drivers connect what they are given; this is connecting already.
        socket.connect = () => socket;
        return socket;
      },
    };
  }

  /** It holds nothing. */
  close(): void {
    return undefined;
  }
}
