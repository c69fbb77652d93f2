import type { Endpoint, ServerConnection } from "@rehome/migration";
import type { Placement } from "@rehome/topology";
import { trustIn } from "../workloads/trust";
import { FILE, FOLDER } from "./copy-job";

/** One end of a move, as the stack knows it. */
export interface End {
  readonly placement: Placement;
  readonly server: ServerConnection;
  /** Certificates (PEM) that the server's own goes back to, where it has some of its own. */
  readonly serverCa?: string;
}

/**
 * The files of a pod's Secret: the move, and the certificates that it trusts. A pod connects to the servers' addresses: it
 * has nobody's credentials for a connector.
 */
export const moveFiles = (
  dataset: { readonly name: string; readonly role: string },
  { from, to }: { readonly from: End; readonly to: End },
): Record<string, string> => {
  const [one, other] = [endOf(from, dataset.role, "from.crt"), endOf(to, dataset.role, "to.crt")];
  const move = { dataset: dataset.name, from: one.endpoint, to: other.endpoint };
  return { [FILE]: JSON.stringify(move), ...one.files, ...other.files };
};

const endOf = ({ placement, server, serverCa }: End, owner: string, file: string) => {
  const { host, port, user, password, sslmode, sslrootcert } = server;
  const trusting = { sslmode, ...(sslrootcert && { sslrootcert }), ...(serverCa && { serverCa }) };
  const { at, files } = trustIn(trusting, FOLDER, file);
  const { sslmode: mode, ...trust } = at;
  const endpoint: Endpoint = {
    ...placement,
    owner,
    server: {
      ...{ host, port, user },
      ...(password === undefined ? {} : { password }),
      ...(mode === undefined ? {} : { sslmode: mode }),
      ...trust,
    },
  };
  return { endpoint, files };
};
