import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { chown, mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestServer } from "./servers";

/** An authority of the test's own and a server certificate that it has signed. */
export interface Certificates {
  readonly directory: string;
  /** The authority's certificate: what a client trusts. */
  readonly root: string;
  readonly certificate: string;
  readonly key: string;
}

/** Whether certificates can be made here. */
export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

const openssl = (directory: string, ...args: string[]): void => {
  execFileSync("openssl", args, { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
};

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Makes an authority, and a certificate for `host`. The caller deletes the directory. */
export const makeCertificates = async (host: string): Promise<Certificates> => {
  const directory = await mkdtemp("/tmp/rehome-tls-");
  const file = (name: string): string => join(directory, name);
  openssl(
    directory,
    "req",
    "-x509",
    ...KEY,
    "-keyout",
    "root.key",
    "-out",
    "root.crt",
    "-days",
    "2",
    "-subj",
    "/CN=Test authority",
  );
  openssl(directory, "req", ...KEY, "-keyout", "server.key", "-out", "server.csr", "-subj", `/CN=${host}`);
  writeFileSync(file("names"), `subjectAltName=DNS:${host}\n`);
  openssl(
    directory,
    ...["x509", "-req", "-in", "server.csr", "-CA", "root.crt", "-CAkey", "root.key", "-CAcreateserial"],
    ...["-out", "server.crt", "-days", "2", "-extfile", "names"],
  );
  return { directory, root: file("root.crt"), certificate: file("server.crt"), key: file("server.key") };
};

/** By signal: a server that has just read its rules may refuse the session that would ask for it. */
const reload = (server: TestServer): void => void process.kill(server.pid(), "SIGHUP");

/** Has a running server speak TLS. */
export const switchTlsOn = async (server: TestServer, { certificate, key }: Certificates): Promise<void> => {
  const { uid, gid } = await stat(server.directory);
  for (const [from, name] of [
    [certificate, "server.crt"],
    [key, "server.key"],
  ] as const) {
    const file = join(server.directory, name);
    await writeFile(file, await readFile(from), { mode: 0o600 });
    await chown(file, uid, gid);
  }
  await server.sql("postgres", "ALTER SYSTEM SET ssl = on");
  reload(server);
};

/** Has a running server refuse everybody who comes through the network without TLS. */
export const refusePlain = async (server: TestServer): Promise<void> => {
  const file = join(server.directory, "pg_hba.conf");
  const rules = await readFile(file, "utf8");
  await writeFile(file, rules.replaceAll(/^host /gm, "hostssl "));
  reload(server);
};
