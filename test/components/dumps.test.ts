import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { exactly, SCRIPT } from "../../components/src/workloads/dump-job";
import { startServer, type TestServer } from "../support/servers";

const run = promisify(execFile);

/** What the CronJob's container runs, run here. */
describe("a dump", () => {
  let server: TestServer;
  let folder: string;

  beforeAll(async () => {
    server = await startServer();
    await server.sql("postgres", 'CREATE SCHEMA "Part*ner"; CREATE TABLE "Part*ner".firms (id int)');
    await server.sql("postgres", 'CREATE SCHEMA "Partner"; CREATE TABLE "Partner".others (id int)');
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    folder = await mkdtemp("/tmp/rehome-dumps-");
    return () => rm(folder, { recursive: true, force: true });
  });

  const dump = async (keep: number, ...which: string[]): Promise<void> => {
    const { host, port, user, password } = server;
    const env = {
      ...process.env,
      ...{ PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: "postgres" },
    };
    await run("sh", ["-c", SCRIPT, "dump", folder, "partner", String(keep), ...which], { env });
  };
  const files = (): Promise<string[]> => readdir(join(folder, "partner"));
  const tablesIn = async (name: string): Promise<string[]> => {
    const { stdout } = await run("pg_restore", ["--list", join(folder, "partner", name)]);
    return [...stdout.matchAll(/ TABLE (?!DATA )(\S+) (\S+) /g)].map(
      ([, schema, table]) => `${schema}.${table}`,
    );
  };

  it("holds the schema of exactly this name", async () => {
    await dump(3, "-n", exactly("Part*ner"));
    const [name = ""] = await files();
    expect(await tablesIn(name)).toEqual(["Part*ner.firms"]);
  });

  it("holds the whole database where no schema is named", async () => {
    await dump(3);
    const [name = ""] = await files();
    expect((await tablesIn(name)).sort()).toEqual(["Part*ner.firms", "Partner.others"]);
  });

  it("takes the place of the oldest, and of what was left half-done, and of nothing else", async () => {
    await mkdir(join(folder, "partner"), { recursive: true });
    const old = ["20200101T000000Z.dump", "20210101T000000Z.dump", "20220101T000000Z.dump"];
    for (const name of [...old, "20220202T000000Z.dump.part", "notes.txt"])
      await writeFile(join(folder, "partner", name), "");
    await dump(2);
    const left = (await files()).sort();
    expect(left).toHaveLength(3);
    expect(left).toEqual(expect.arrayContaining(["20220101T000000Z.dump", "notes.txt"]));
  });

  it("that fails leaves the others, and no name of its own", async () => {
    await dump(1);
    const before = await files();
    await expect(dump(1, "-n", exactly("nowhere"))).rejects.toThrow(/no matching schemas/);
    expect((await files()).filter((name) => name.endsWith(".dump"))).toEqual(before);
  });
});
