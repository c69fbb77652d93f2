import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";

/** The port of an instance that only connectors use. */
const PROXY_PORT = 3307;

/** What Google runs for one instance: its Admin API, and the door of the instance that asks for a client's certificate. */
export interface Google {
  /** `project:region:name` */
  readonly instance: string;
  /** Where the Admin API is: `http://127.0.0.1:…/`. */
  readonly api: string;
  /** What was asked of the API. */
  readonly asked: string[];
  /** The common names of the clients that went through the door. */
  readonly clients: string[];
  readonly close: () => Promise<void>;
}

const PROJECT = "rehome-test";
const REGION = "europe-west1";
const NAME = "shop-db";

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Stands for Google in front of a PostgreSQL server of this machine, at an address of its own. */
export const startGoogle = async (
  postgres: { host: string; port: number },
  address: string,
): Promise<Google> => {
  const directory = await mkdtemp("/tmp/rehome-google-");
  const file = (name: string): string => join(directory, name);
  const read = (name: string): string => readFileSync(file(name), "utf8");
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
  };
  const signed = (request: string, out: string, ...more: string[]): void => {
    const authority = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "1"];
    openssl("x509", "-req", "-in", request, ...authority, ...more, "-out", out);
  };
  openssl("req", "-x509", ...KEY, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=Google");
  // The name that Cloud SQL gives its servers, which is no host's.
  openssl("req", ...KEY, "-keyout", "server.key", "-out", "server.csr", "-subj", `/CN=${PROJECT}:${NAME}`);
  signed("server.csr", "server.crt");
  openssl("req", ...KEY, "-keyout", "client.key", "-out", "client.csr", "-subj", "/CN=ephemeral");

  const [asked, clients]: [string[], string[]] = [[], []];
  const sockets = new Set<TLSSocket>();
  const door = createTlsServer(
    { cert: read("server.crt"), key: read("server.key"), ca: read("ca.crt"), requestCert: true },
    (socket) => {
      sockets.add(socket.once("close", () => sockets.delete(socket)));
      clients.push(String(socket.getPeerCertificate().subject.CN));
      const inner = connect(postgres.port, postgres.host);
      inner.on("error", () => socket.destroy());
      socket.on("error", () => inner.destroy());
      socket.pipe(inner).pipe(socket);
    },
  );
  const answer = async (path: string, body: string): Promise<object> => {
    if (path.endsWith("/connectSettings")) {
      const cert = { cert: read("ca.crt"), expirationTime: "2099-01-01T00:00:00Z" };
      return { region: REGION, serverCaCert: cert, ipAddresses: [{ type: "PRIVATE", ipAddress: address }] };
    }
    const { public_key: key } = JSON.parse(body) as { public_key: string };
    await writeFile(file("key.pem"), key);
    signed("client.csr", "client.crt", "-force_pubkey", "key.pem");
    return { ephemeralCert: { cert: read("client.crt") } };
  };
  const api = createHttpServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      const path = request.url ?? "";
      asked.push(`${request.method ?? ""} ${path} ${request.headers.authorization ?? "nobody"}`);
      const found = path.includes(`/projects/${PROJECT}/instances/${NAME}`);
      const reply = (status: number, what: object): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(what));
      };
      if (!found)
        return reply(404, { error: { code: 404, message: "The Cloud SQL instance does not exist." } });
      answer(path, body).then(
        (what) => reply(200, what),
        () => reply(500, {}),
      );
    });
  });
  await new Promise<void>((resolve) => door.listen(PROXY_PORT, address, resolve));
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  return {
    instance: `${PROJECT}:${REGION}:${NAME}`,
    api: `http://127.0.0.1:${(api.address() as AddressInfo).port}/`,
    asked,
    clients,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      door.close();
      api.closeAllConnections();
      api.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
