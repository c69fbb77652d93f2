import { readFileSync } from "node:fs";
import type { Endpoint } from "../connection-formats";
import type { Connection } from "../connections";

/** Where a container finds the certificates that it is to trust. */
const FOLDER = "/etc/rehome";
const FILE = "ca.crt";

/** A connection as it is in a pod: the certificates to trust are a file of its Secret there, not of this machine. */
export interface PodConnection {
  readonly at: Endpoint & { readonly schema: string };
  /** Files beside the connection, by their key in the Secret. */
  readonly files: Readonly<Record<string, string>>;
}

/** A connection for a pod that has its Secret's files in a folder. */
export const inPod = ({ sslrootcert, url: _, ...at }: Connection, folder: string = FOLDER): PodConnection => {
  if (sslrootcert === undefined) return { at, files: {} };
  const files = { [FILE]: readFileSync(sslrootcert, "utf8") };
  return { at: { ...at, sslrootcert: `${folder}/${FILE}` }, files };
};

/** The Secret's certificates as a volume; empty where it has none. */
export const trustVolume = <Name>(secretName: Name) => ({
  name: "trust",
  secret: { secretName, optional: true, items: [{ key: FILE, path: FILE }] },
});
export const trustMount = { name: "trust", mountPath: FOLDER, readOnly: true };
