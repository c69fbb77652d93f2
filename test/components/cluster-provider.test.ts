import { rm } from "node:fs/promises";
import { join } from "node:path";
import { clusterStatus, removeCluster, stopCluster } from "@rehome/postgres";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  check,
  create,
  diff,
  read,
  remove,
  update,
  type ClusterState,
} from "../../components/src/hosts/cluster-provider";
import { throwawayDirectory } from "../support/throwaway";

let parent: string;
let state: ClusterState;
const inputs = () => ({ directory: join(parent, "data"), password: "first", parameters: { fsync: "off" } });

const ask = async (text: string, database = "postgres"): Promise<unknown[]> => {
  const { host, port, user, password } = state;
  const client = new Client({ host, port, user, password, database });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows.flatMap((row) => Object.values(row));
  } finally {
    await client.end();
  }
};

beforeAll(async () => {
  parent = await throwawayDirectory("cluster");
  state = (await create(inputs())).outs;
});

afterAll(async () => {
  await removeCluster(join(parent, "data"));
  await rm(parent, { recursive: true, force: true });
});

it("runs on a free port of this machine, with the parameters given", async () => {
  expect(state).toMatchObject({ host: "127.0.0.1", user: "postgres", ...inputs() });
  expect(await ask("SHOW fsync")).toEqual(["off"]);
});

it("is no change where the file leaves open what it has", async () => {
  expect(await diff(state, inputs())).toEqual({ changes: false });
  expect(await diff(state, { ...inputs(), parameters: { work_mem: "8MB" } })).toEqual({ changes: true });
  expect(await diff(state, { ...inputs(), port: state.port + 1 })).toEqual({ changes: true });
});

describe("when it is found stopped", () => {
  it("is started by a check, which knows its address then", async () => {
    await stopCluster(state.directory);
    const { inputs: checked } = await check(inputs(), inputs());
    expect(checked).toEqual({ ...inputs(), host: "127.0.0.1", port: state.port });
    expect(await clusterStatus(state.directory)).toBe("running");
  });

  it("is started by a refresh", async () => {
    await stopCluster(state.directory);
    expect(await read("id", state)).toEqual({ id: "id", props: state });
    expect(await clusterStatus(state.directory)).toBe("running");
  });
});

it("takes new parameters and a new password", async () => {
  const changed = { ...inputs(), password: "second", parameters: { work_mem: "8MB" } };
  state = (await update({ ...changed, port: state.port })).outs;
  expect(await ask("SHOW work_mem")).toEqual(["8MB"]);
});

it("refuses another directory, and a directory that is gone, before anything is touched", async () => {
  const elsewhere = { ...inputs(), directory: join(parent, "other") };
  expect(await check(inputs(), elsewhere)).toMatchObject({
    failures: [{ property: "directory", reason: expect.stringContaining("declare a new host") as unknown }],
  });
  expect(await check(elsewhere, elsewhere)).toMatchObject({
    failures: [
      { property: "directory", reason: expect.stringContaining("holds no cluster any more") as unknown },
    ],
  });
});

it("refuses another version in the preview already", async () => {
  expect(await check(inputs(), { ...inputs(), version: state.version })).not.toHaveProperty("failures");
  expect(await check(inputs(), { ...inputs(), version: state.version + 1 })).toMatchObject({
    failures: [
      {
        property: "version",
        reason: expect.stringMatching(
          /of PostgreSQL \d+: .*declare a new host of the other version/,
        ) as unknown,
      },
    ],
  });
});

describe("when it is deleted", () => {
  it("stays, stopped, while a database of it holds tables", async () => {
    await ask("CREATE DATABASE erp");
    await ask("CREATE TABLE precious (id int)", "erp");
    await remove(state);
    expect(await clusterStatus(state.directory)).toBe("stopped");
    await read("id", state);
    expect(await ask("SELECT count(*)::int FROM precious", "erp")).toEqual([0]);
  });

  it("goes when there are none", async () => {
    await ask("DROP TABLE precious", "erp");
    await remove(state);
    expect(await clusterStatus(state.directory)).toBe("absent");
    await remove(state); // once more does no harm
  });
});
