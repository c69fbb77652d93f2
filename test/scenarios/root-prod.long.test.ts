import { cp, readdir, rm, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { removeCluster } from "@rehome/postgres";
import { readStack, rehearse } from "@rehome/rehearsal";
import { afterAll, beforeAll, expect, it } from "vitest";
import { query } from "./proof";
import type { Connection } from "./stage";
import { throwawayDirectory } from "../support/throwaway";

const root = resolve(__dirname, "../..");
const INSTANCES = ["campaign", "onboarding", "partner", "recruitment"].map((name) => `${name}-db-instance`);

let folder: string;
beforeAll(async () => {
  folder = await throwawayDirectory("prod");
  for (const name of ["index.ts", "Pulumi.yaml", "Pulumi.prod.yaml", "tsconfig.json"])
    await cp(join(root, name), join(folder, name));
  await cp(join(root, "tsconfig.base.json"), join(folder, "tsconfig.base.json"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
});
const instances = join(".rehome", "cloudsql", "hexabuilders");
afterAll(async () => {
  for (const name of INSTANCES) await removeCluster(join(folder, instances, name));
  await rm(folder, { recursive: true, force: true });
});

it("the root's production is rehearsed whole, without an account", async () => {
  const done = await rehearse({ cwd: folder, stack: "prod", command: "up" });
  expect(done.exitCode, done.text).toBe(0);
  const made = (await readdir(join(folder, instances))).filter((name) => !name.endsWith(".json"));
  expect(made.sort()).toEqual(INSTANCES);
  const connections = done.outputs["connections"] as unknown as Record<string, Connection>;
  expect(Object.keys(connections).sort()).toEqual(["campaign", "onboarding", "partner", "recruitment"]);
  for (const [name, connection] of Object.entries(connections)) {
    expect(connection).toMatchObject({ port: 5432, sslmode: "require", user: `${name}_user` });
    const [row] = await query<{ who: string }>(connection, "SELECT current_user::text AS who");
    expect(row?.who).toBe(`${name}_user`);
  }
  expect(
    (await rehearse({ cwd: folder, stack: "prod", command: "preview" })).steps.every(
      ({ op }) => op === "same",
    ),
  ).toBe(true);
  const state = (await readStack({ cwd: folder, stack: "prod" })).exported(false);
  for (const { password } of Object.values(connections)) expect(state).not.toContain(password);
});
