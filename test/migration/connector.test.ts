import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { move, type ServerConnection } from "@rehome/migration";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { Wire } from "../../migration/src/copy/wire";
import { dumpSchema } from "../../migration/src/ddl/dump";
import { open } from "../../migration/src/sql/connect";
import { hasOpenssl } from "../support/certificates";
import { startGoogle, type Google } from "../support/cloud-sql/google";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, reversed } from "./dataset";

/** Any address of this machine but the usual one, so that the connectors' port is free there. */
const ADDRESS = "127.0.0.77";

let cloud: TestServer;
let plain: TestServer;
let google: Google;

const through = (server: TestServer, instance = google.instance): ServerConnection => ({
  ...{ ...server.connection, host: "192.0.2.1", port: 5432 }, // nobody is there
  connector: { instance, address: "private" },
});

const ways: readonly [way: string, go: (server: ServerConnection) => Promise<void>][] = [
  ["a session", async (server) => await (await open(server, "postgres")).end()],
  ["a copy's stream", async (server) => (await Wire.open(server, "postgres")).close()],
  ["pg_dump", async (server) => void (await dumpSchema({ server, database: "postgres", schema: "public" }))],
];

afterEach(() => vi.unstubAllEnvs());

describe.skipIf(!hasOpenssl || process.platform !== "linux")("through Google's connector", () => {
  beforeAll(async () => {
    [cloud, plain] = await Promise.all([startServer(), startServer()]);
    google = await startGoogle(cloud, ADDRESS);
  });
  afterAll(async () => {
    await google.close();
    await Promise.all([cloud.stop(), plain.stop()]);
  });
  const useIt = (): void => {
    vi.stubEnv(
      "REHOME_CLOUDSQL_CONNECTOR",
      join(import.meta.dirname, "../support/cloud-sql/real-connector.cjs"),
    );
    vi.stubEnv("REHOME_TEST_ADMIN_API", google.api);
  };

  it.each(ways)("%s reaches an instance whose address nobody answers", async (_, go) => {
    useIt();
    const before = google.clients.length;
    await go(through(cloud));
    expect(new Set(google.clients.slice(before))).toEqual(new Set(["ephemeral"]));
    expect(google.asked[0]).toBe(
      "GET /sql/v1beta4/projects/rehome-test/instances/shop-db/connectSettings Bearer a-token",
    );
  });

  it("a dataset moves there, and back", async () => {
    useIt();
    const { request } = await makeWorld(
      plain,
      cloud,
      "shop",
      "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 5000) i",
    );
    const before = await contents(plain, request.from);
    const there = { ...request, to: { ...request.to, server: through(cloud) } };
    expect(await move(there)).toMatchObject({ clean: true });
    expect(await contents(cloud, request.to)).toEqual(before);
    expect(await move(reversed(there))).toMatchObject({ clean: true });
    expect(readdirSync(tmpdir()).filter((name) => /^rehome-\w{6}$/.test(name))).toEqual([]);
  });

  it.each(ways)("%s to an instance that is not there says so, and what to check", async (_, go) => {
    useIt();
    await expect(go(through(cloud, "rehome-test:europe-west1:other"))).rejects.toMatchObject({
      code: "connector-failed",
      retryable: true,
      message: expect.stringMatching(
        /no way to rehome-test:europe-west1:other: .*does not exist.*Cloud SQL Client/,
      ) as unknown,
    });
  });
});

it("is one clear error where Google's package is not installed", async () => {
  vi.stubEnv("REHOME_CLOUDSQL_CONNECTOR", "@google-cloud/not-installed");
  const server = {
    host: "192.0.2.1",
    port: 5432,
    user: "u",
    connector: { instance: "a:b:c", address: "public" },
  } as const;
  await expect(open(server, "postgres")).rejects.toMatchObject({
    code: "connector-missing",
    message: expect.stringContaining("npm install @google-cloud/cloud-sql-connector") as unknown,
  });
});
