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

/** A connection for a pod that has its Secret's files in a folder. A server with certificates of its own is held to them. */
export const inPod = (
  { sslrootcert, serverCa, url: _, ...at }: Connection,
  folder: string = FOLDER,
): PodConnection => {
  const certificates =
    serverCa ?? (sslrootcert === undefined ? undefined : readFileSync(sslrootcert, "utf8"));
  if (certificates === undefined) return { at, files: {} };
  const sslmode = serverCa !== undefined && at.sslmode === "require" ? "verify-ca" : at.sslmode;
  return { at: { ...at, sslmode, sslrootcert: `${folder}/${FILE}` }, files: { [FILE]: certificates } };
};

/** The Secret's certificates as a volume; empty where it has none. */
export const trustVolume = <Name>(secretName: Name) => ({
  name: "trust",
  secret: { secretName, optional: true, items: [{ key: FILE, path: FILE }] },
});
export const trustMount = { name: "trust", mountPath: FOLDER, readOnly: true };
