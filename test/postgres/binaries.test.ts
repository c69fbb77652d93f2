import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { findBinaries } from "@rehome/postgres";
import { afterEach, expect, it } from "vitest";

const before = process.env["REHOME_PG_BIN"];
afterEach(() => {
  if (before === undefined) delete process.env["REHOME_PG_BIN"];
  else process.env["REHOME_PG_BIN"] = before;
});

const fake = async (tools: Record<string, string>): Promise<string> => {
  const directory = await mkdtemp("/tmp/rehome-bin-");
  for (const [tool, version] of Object.entries(tools)) {
    await writeFile(join(directory, tool), `#!/bin/sh\necho "${tool} (PostgreSQL) ${version}"\n`);
    await chmod(join(directory, tool), 0o755);
  }
  return directory;
};

it("finds a directory with the server and pg_dump of one version", async () => {
  const binaries = await findBinaries();
  expect(binaries.version).toBeGreaterThanOrEqual(13);
  expect(binaries.path("pg_dump")).toBe(join(binaries.directory, "pg_dump"));
  expect((await findBinaries({ version: binaries.version })).directory).toBe(binaries.directory);
});

it("says what to install when the version is not there", async () => {
  await expect(findBinaries({ version: 9 })).rejects.toThrow(
    /PostgreSQL 9 .*apt-get install postgresql-9.*brew/,
  );
});

it("takes REHOME_PG_BIN and nothing else when it is set", async () => {
  const directory = await fake({ postgres: "14.2", pg_dump: "14.3" });
  process.env["REHOME_PG_BIN"] = directory;
  expect(await findBinaries({ need: ["postgres", "pg_dump"] })).toMatchObject({ directory, version: 14 });
  await expect(findBinaries()).rejects.toThrow(/REHOME_PG_BIN/);
  await rm(directory, { recursive: true });
});

it("takes several directories from REHOME_PG_BIN: the newest wins, and each version is found", async () => {
  const old = await fake({ postgres: "14.2", pg_dump: "14.2" });
  const now = await fake({ postgres: "19.1", pg_dump: "19.1" });
  process.env["REHOME_PG_BIN"] = [old, now].join(delimiter);
  const need = ["postgres", "pg_dump"];
  expect(await findBinaries({ need })).toMatchObject({ directory: now, version: 19 });
  expect(await findBinaries({ need, version: 14 })).toMatchObject({ directory: old });
  await Promise.all([old, now].map((directory) => rm(directory, { recursive: true })));
});

it("passes over a directory whose pg_dump is of another version than its server", async () => {
  const directory = await fake({ postgres: "17.0", pg_dump: "15.4" });
  process.env["REHOME_PG_BIN"] = directory;
  await expect(findBinaries({ need: ["postgres", "pg_dump"] })).rejects.toMatchObject({
    code: "binaries-missing",
  });
  await rm(directory, { recursive: true });
});
