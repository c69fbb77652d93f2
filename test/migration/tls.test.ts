import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { move, planMove, type MoveRequest, type ServerConnection } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Wire } from "../../migration/src/copy/wire";
import { dumpSchema } from "../../migration/src/ddl/dump";
import { open } from "../../migration/src/sql/connect";
import {
  hasOpenssl,
  makeCertificates,
  refusePlain,
  switchTlsOn,
  type Certificates,
} from "../support/certificates";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, reversed, until } from "./dataset";

let a: TestServer;
let b: TestServer;
let plain: TestServer;
let good: Certificates;
let other: Certificates;
let request: MoveRequest;
/** Rows that the test has seen before nobody gets in without TLS. */
let before: Record<string, string>;

/** A session that is no part of the engine's. */
const admin = (server: TestServer): ServerConnection => ({
  ...server.connection,
  host: "localhost",
  sslmode: "verify-full",
  sslrootcert: good.root,
});

/** The three ways in which the engine reaches a server. */
const ways: readonly [way: string, go: (server: ServerConnection) => Promise<void>][] = [
  ["a session", async (server) => await (await open(server, "postgres")).end()],
  ["a copy's stream", async (server) => (await Wire.open(server, "postgres")).close()],
  ["pg_dump", async (server) => void (await dumpSchema({ server, database: "postgres", schema: "public" }))],
];

describe.skipIf(!hasOpenssl)("TLS", () => {
  beforeAll(async () => {
    [a, b, plain] = await Promise.all([startServer(), startServer(), startServer()]);
    [good, other] = await Promise.all([makeCertificates("localhost"), makeCertificates("localhost")]);
    const world = await makeWorld(
      a,
      b,
      "vault",
      "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 1000) i",
    );
    before = await contents(a, world.request.from);
    for (const server of [a, b]) {
      await switchTlsOn(server, good);
      await refusePlain(server);
      await until(() =>
        server.sql("postgres", "SELECT 1").then(
          () => false,
          () => true,
        ),
      );
    }
    request = {
      ...world.request,
      from: { ...world.request.from, server: admin(a) },
      to: { ...world.request.to, server: admin(b) },
    };
  });
  afterAll(async () => {
    await Promise.all([a.stop(), b.stop(), plain.stop()]);
    await Promise.all([good, other].map(({ directory }) => rm(directory, { recursive: true })));
  });

  it("a whole move goes through TLS and nothing else, and back", async () => {
    expect(await move(request)).toMatchObject({ clean: true, rows: 1000 });
    await move(reversed(request));
    const client = await open(request.from.server, "vault");
    const { rows } = await client.query<{ n: number; tls: boolean }>(
      "SELECT count(*)::int AS n, (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS tls FROM public.t",
    );
    await client.end();
    expect(rows).toEqual([{ n: 1000, tls: true }]);
    expect(before).toMatchObject({ t: expect.stringMatching(/^1000 /) as string });
  });

  describe.each(ways)("%s", (_, go) => {
    const accepted: readonly [what: string, change: () => Partial<ServerConnection>][] = [
      ["verify-full, the right authority and name", () => ({})],
      ["verify-ca, another name", () => ({ host: "127.0.0.1", sslmode: "verify-ca" })],
      ["require, another name", () => ({ host: "127.0.0.1", sslmode: "require" })],
      ["require, with nothing to check by", () => ({ sslmode: "require", sslrootcert: undefined as never })],
    ];
    it.each(accepted)("is opened with %s", async (__, change) => {
      await go({ ...admin(a), ...change() });
    });

    const refused: readonly [
      what: string,
      code: string,
      says: RegExp,
      change: () => Partial<ServerConnection>,
    ][] = [
      [
        "another authority",
        "tls-refused",
        /localhost:\d+.*root\.crt do not vouch.*sslrootcert/s,
        () => ({ sslrootcert: other.root }),
      ],
      [
        "another authority by verify-ca",
        "tls-refused",
        /do not vouch/,
        () => ({ sslmode: "verify-ca", sslrootcert: other.root }),
      ],
      [
        "another authority by require",
        "tls-refused",
        /do not vouch/,
        () => ({ sslmode: "require", sslrootcert: other.root }),
      ],
      [
        "the well-known authorities alone",
        "tls-refused",
        /well-known authorities do not vouch/,
        () => ({ sslrootcert: undefined as never }),
      ],
      [
        "another name by verify-full",
        "tls-refused",
        /127\.0\.0\.1:\d+ has a certificate for another host.*verify-ca/s,
        () => ({ host: "127.0.0.1" }),
      ],
      [
        "no such file",
        "tls-root-unreadable",
        /missing\.crt.*no such file.*Give the path/s,
        () => ({ sslrootcert: join(good.directory, "missing.crt") }),
      ],
      [
        "a file without certificates",
        "tls-root-unreadable",
        /holds no certificate/,
        () => ({ sslrootcert: join(good.directory, "names") }),
      ],
      [
        "no TLS where it is required",
        "tls-required",
        /refuses sessions without TLS.*sslmode=verify-full/s,
        () => ({ sslmode: "disable" }),
      ],
      [
        "a server without TLS",
        "tls-missing",
        /speaks no TLS, and sslmode=require.*ssl on/s,
        () => ({ ...plain.connection, sslmode: "require" }),
      ],
    ];
    it.each(refused)("refuses %s", async (__, code, says, change) => {
      const server = { ...admin(a), ...change() };
      const error: unknown = await go(server).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code, message: expect.stringMatching(says) as string });
      expect((error as Error).message).not.toContain(server.password);
    });
  });

  it("a plan and a move say it before anything else", async () => {
    const wrong = { ...request, from: { ...request.from, server: { ...admin(a), sslrootcert: other.root } } };
    await expect(planMove(wrong)).rejects.toMatchObject({ code: "tls-refused" });
    await expect(move(wrong)).rejects.toMatchObject({ code: "tls-refused" });
  });

  it("a damaged file of authorities is refused", async () => {
    const damaged = join(good.directory, "damaged.crt");
    await writeFile(damaged, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    await expect(open({ ...admin(a), sslrootcert: damaged }, "postgres")).rejects.toMatchObject({
      code: "tls-refused",
    });
  });
});
