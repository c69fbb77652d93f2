import { readFileSync } from "node:fs";
import { connectionFormats, type Endpoint, type NpgsqlPool } from "../connection-formats";
import type { Connection } from "../connections";

/** Where a container finds the certificates that it is to trust. */
const FOLDER = "/etc/rehome";
const FILE = "ca.crt";
/** The key of a Secret that says where its certificates are; absent where it has none. */
export const TRUSTED = "sslrootcert";

/** A connection as it is in a pod: the certificates to trust are a file of its Secret there, not of this machine. */
export interface PodConnection {
  readonly at: Endpoint & { readonly schema: string };
  /** Files beside the connection, by their key in the Secret. */
  readonly files: Readonly<Record<string, string>>;
}

/** The part of a connection that says what it trusts. */
interface Trusting<Mode> {
  readonly sslmode: Mode;
  readonly sslrootcert?: string;
  readonly serverCa?: string;
}

/** The same with the certificates in a file of a pod, and that file. A server with certificates of its own is held to them. */
export const trustIn = <Mode extends string | undefined>(
  { sslmode, sslrootcert, serverCa }: Trusting<Mode>,
  folder: string,
  file: string,
) => {
  const certificates =
    serverCa ?? (sslrootcert === undefined ? undefined : readFileSync(sslrootcert, "utf8"));
  if (certificates === undefined) return { at: { sslmode }, files: {} };
  const held = serverCa !== undefined && sslmode === "require" ? ("verify-ca" as const) : sslmode;
  return { at: { sslmode: held, sslrootcert: `${folder}/${file}` }, files: { [file]: certificates } };
};

/** A connection for a pod that has its Secret's files in a folder. */
export const inPod = (
  { sslmode, sslrootcert, serverCa, url: _, ...rest }: Connection,
  folder: string = FOLDER,
): PodConnection => {
  const trusting = { sslmode, ...(sslrootcert && { sslrootcert }), ...(serverCa && { serverCa }) };
  const { at, files } = trustIn(trusting, folder, FILE);
  return { at: { ...rest, ...at }, files };
};

/** All that a pod's Secret has of its connection. */
export const inSecret = (
  { at, files }: PodConnection,
  pool?: NpgsqlPool,
): Readonly<Record<string, string>> => ({
  ...connectionFormats(at, pool),
  ...files,
  ...(at.sslrootcert === undefined ? {} : { [TRUSTED]: at.sslrootcert }),
});

/** The Secret's certificates as a volume; empty where it has none. */
export const trustVolume = <Name>(secretName: Name) => ({
  name: "trust",
  secret: { secretName, optional: true, items: [{ key: FILE, path: FILE }] },
});
export const trustMount = { name: "trust", mountPath: FOLDER, readOnly: true };
