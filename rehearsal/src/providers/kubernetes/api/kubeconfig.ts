import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { SecureContextOptions } from "node:tls";
import { parse } from "yaml";
import { RehearsalError } from "../../../rehearsal-error";

/** How a cluster's API is reached. */
export interface Access {
  readonly server: URL;
  readonly tls: SecureContextOptions & { readonly rejectUnauthorized?: boolean };
  readonly authorization?: string;
}

type Entry = Readonly<Record<string, unknown>>;
interface Kubeconfig {
  readonly "current-context"?: string;
  readonly contexts?: readonly { readonly name: string; readonly context: Entry }[];
  readonly clusters?: readonly { readonly name: string; readonly cluster: Entry }[];
  readonly users?: readonly { readonly name: string; readonly user: Entry }[];
}

const refuse = (path: string, what: string): never => {
  throw new RehearsalError("bad-kubeconfig", `the kubeconfig ${path} ${what}.`);
};

const text = (entry: Entry, key: string): string | undefined => {
  const value = entry[key];
  return typeof value === "string" && value !== "" ? value : undefined;
};

/** A value that stands in the file as base64 (`<key>-data`), or in a file of its own beside it. */
const content = (path: string, entry: Entry, key: string): Buffer | undefined => {
  const data = text(entry, `${key}-data`);
  const file = text(entry, key);
  if (data !== undefined) return Buffer.from(data, "base64");
  return file === undefined ? undefined : readFileSync(resolve(dirname(path), file));
};

const authorization = (path: string, user: Entry): string | undefined => {
  if (user["exec"] !== undefined || user["auth-provider"] !== undefined)
    refuse(
      path,
      "gets its credentials from a program, which a rehearsal does not run; use one with a token or certificate",
    );
  const file = text(user, "tokenFile");
  const token = text(user, "token") ?? (file === undefined ? undefined : readFileSync(file, "utf8").trim());
  if (token !== undefined) return `Bearer ${token}`;
  const [name, password] = [text(user, "username"), text(user, "password")];
  if (name === undefined || password === undefined) return undefined;
  return `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
};

/** Reads the current context of a kubeconfig. Throws a RehearsalError where it names no cluster that can be reached so. */
export const loadKubeconfig = (path: string): Access => {
  const file = (parse(readFileSync(path, "utf8")) ?? {}) as Kubeconfig;
  const context = file.contexts?.find(({ name }) => name === file["current-context"])?.context;
  const cluster = file.clusters?.find(({ name }) => name === context?.["cluster"])?.cluster;
  const user = file.users?.find(({ name }) => name === context?.["user"])?.user ?? {};
  const server = cluster && text(cluster, "server");
  if (cluster === undefined || server === undefined || !URL.canParse(server))
    return refuse(path, "has no current context with a cluster's server");
  const [ca, cert, key] = [
    content(path, cluster, "certificate-authority"),
    content(path, user, "client-certificate"),
    content(path, user, "client-key"),
  ];
  const header = authorization(path, user);
  return {
    server: new URL(server),
    tls: {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(cluster["insecure-skip-tls-verify"] === true ? { rejectUnauthorized: false } : {}),
    },
    ...(header === undefined ? {} : { authorization: header }),
  };
};
