import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { standing, type Claim } from "@rehome/migration";
import { removeCluster } from "@rehome/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { writeTopologyProgram } from "../support/topology-program";
import { query } from "./proof";
import { rehearsalHost } from "./rehearsal-host";
import { STACK, type Connection, type Runner } from "./stage";
import { throwawayDirectory } from "../support/throwaway";

let theirs: TestServer;
let folder: string;
let runner: Runner;

const services = (...names: readonly string[]): object =>
  Object.fromEntries(
    names.map((name) => [name, { home: { host: "main", database: name, schema: "public" } }]),
  );

const write = async (given: object): Promise<void> => {
  const url = `postgres://postgres@127.0.0.1:${theirs.port}/postgres`;
  const hosts = {
    theirs: { platform: "existing", url, password: { env: "THEIR_PASSWORD" }, manage: true },
    found: { platform: "existing", url, password: { env: "THEIR_PASSWORD" } },
    main: { platform: "local" },
  };
  const config = { "rehome:topology": { hosts, services: given } };
  await writeFile(join(folder, `Pulumi.${STACK}.yaml`), `config: ${JSON.stringify(config)}\n`);
};

const administrator = async (): Promise<Connection> => {
  const found = (await runner.resources()).find(({ type }) => type.endsWith(":Cluster"));
  const { port, password } = found?.outputs as { port: number; password: string };
  return { host: "127.0.0.1", port, user: "postgres", password, database: "postgres", schema: "public" };
};

beforeAll(async () => {
  theirs = await startServer();
  folder = await throwawayDirectory("created");
  await writeTopologyProgram(folder, "created");
  runner = rehearsalHost(folder, { THEIR_PASSWORD: theirs.password });
});
afterAll(async () => {
  await removeCluster(join(folder, ".rehome", "created", STACK, "main")).catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
  await theirs.stop();
});

describe("what is on a server already, and not in the state,", () => {
  it("is refused in the preview on someone else's server, with what to write", async () => {
    await theirs.sql("postgres", "CREATE DATABASE billing");
    await theirs.sql("postgres", "CREATE ROLE billing_user LOGIN");
    await write({ billing: { home: { host: "theirs", database: "billing", schema: "public" } } });
    const { exitCode, text } = await runner.run("preview");
    expect(exitCode, text).toBe(1);
    expect(text).toMatch(
      /Host "theirs" has a (database "billing" already.*manage|role "billing_user" already)/,
    );
    expect(text).not.toContain(theirs.password);
  });

  it("is made whole on a server of Rehome's own where a killed run has left it bare", async () => {
    await write(services("one"));
    const first = await runner.run("up");
    expect(first.exitCode, first.text).toBe(0);
    const main = await administrator();
    await query(main, "CREATE DATABASE two");
    await query(main, "CREATE ROLE two_user LOGIN");
    await write(services("one", "two"));
    const second = await runner.run("up");
    expect(second.exitCode, second.text).toBe(0);
    const connection = (await runner.connections())["two"];
    expect(connection && (await query(connection, "SELECT current_user::text AS me"))).toEqual([
      { me: "two_user" },
    ]);
  });

  it("is never what the stack has made itself, which a replacement would meet", async () => {
    const { host, port, user, password } = await administrator();
    const made = ["one", "two"].flatMap((name): Claim[] => [
      { kind: "database", name },
      { kind: "role", name: `${name}_user` },
    ]);
    for (const claim of made) expect(await standing({ host, port, user, password }, claim)).toBe("used");
  });

  it("is taken as found on one more host with the same url", async () => {
    await write({
      billing: {
        home: { host: "found", database: "billing", schema: "public" },
        adoptRole: true,
        password: { env: "THEIR_PASSWORD" },
      },
    });
    const { exitCode, text } = await runner.run("preview");
    expect(exitCode, text).toBe(0);
  });
});
