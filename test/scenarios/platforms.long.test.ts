import { existsSync } from "node:fs";
import { stopCluster } from "@rehome/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contents, query, refusal, repeatedNumbers } from "./proof";
import { stage, type Outcome, type Stage } from "./stage";

const HOSTS = {
  legacy: `{ platform: existing, url: "postgres://postgres@127.0.0.1:LEGACY_PORT/postgres", password: { env: LEGACY_PASSWORD } }`,
  laptop: "{ platform: local, parameters: { work_mem: 8MB } }",
  cloud: `{ platform: cloudsql, tier: db-custom-2-7680, name: partner-db-instance, parameters: { work_mem: 8MB, shared_buffers: 16MB } }`,
  box: "{ platform: docker, image: 'postgres:17', parameters: { work_mem: 8MB, shared_buffers: 16MB } }",
};
type HostName = keyof typeof HOSTS;

/** A stack file with these hosts, whose one service goes from one of them to another. */
const file = (hosts: readonly HostName[], home: HostName, formerly?: HostName): string => {
  const at = (host: HostName): string =>
    host === "legacy"
      ? "{ host: legacy, database: hexabuilders, schema: onboarding }"
      : `{ host: ${host}, database: onboarding, schema: onboarding }`;
  return [
    "config:",
    "  gcp:project: hexabuilders",
    "  gcp:region: us-central1",
    "  rehome:topology:",
    "    hosts:",
    ...hosts.map((name) => `      ${name}: ${HOSTS[name]}`),
    "    services:",
    "      onboarding:",
    `        home: ${at(home)}`,
    ...(formerly === undefined ? [] : [`        formerly: ${at(formerly)}`]),
    "",
  ].join("\n");
};

let world: Stage;
let before: Record<string, string>;

const run = async (command: "up" | "preview", ...stack: Parameters<typeof file>): Promise<Outcome> => {
  await world.edit(1, () => file(...stack).replaceAll("LEGACY_PORT", String(world.legacy.port)));
  return world.run(command);
};
const up = async (...stack: Parameters<typeof file>): Promise<Outcome> => {
  const done = await run("up", ...stack);
  expect(done.exitCode, done.text).toBe(0);
  return done;
};
const setting = async (name: string): Promise<string> => {
  const [row] = await query<{ value: string }>(
    await world.service("onboarding"),
    "SELECT current_setting($1) AS value",
    [name],
  );
  return row?.value ?? "";
};
const output = async (type: string, key: string): Promise<unknown> =>
  (await world.resources()).find((one) => one.type === type)?.outputs?.[key];

beforeAll(async () => {
  world = await stage("hexabuilders");
  before = await contents({ ...world.legacy.connection, database: "hexabuilders" }, "onboarding");
});
afterAll(() => world.end());

describe("a host that changes its platform", () => {
  it("begins on this machine", async () => {
    await up(["legacy", "laptop"], "laptop", "legacy");
    expect(await contents(await world.service("onboarding"), "onboarding")).toEqual(before);
    expect(await setting("work_mem")).toBe("8MB");
    await up(["legacy", "laptop"], "laptop");
  });

  it("goes to Cloud SQL with its data, its parameters, TLS and a role that is nobody's superuser", async () => {
    await up(["laptop", "cloud"], "cloud", "laptop");
    const connection = await world.service("onboarding");
    expect(connection).toMatchObject({ port: 5432, sslmode: "require", user: "onboarding_user" });
    expect(await contents(connection, "onboarding")).toEqual(before);
    expect(await repeatedNumbers(connection)).toEqual([]);
    expect(await setting("work_mem")).toBe("8MB");
    expect(await setting("shared_buffers")).toBe("16MB");
    expect(await setting("wal_level")).toBe("logical");
    expect(await refusal({ ...connection, sslmode: "disable" }, "SELECT 1")).toBe("28000"); // no pg_hba.conf entry without TLS
    const roles =
      "SELECT rolname FROM pg_roles WHERE rolsuper OR pg_has_role(rolname, 'cloudsqlsuperuser', 'MEMBER')";
    const names = (await query<{ rolname: string }>(connection, roles)).map(({ rolname }) => rolname);
    expect(names.sort()).toEqual(["cloudsqlsuperuser", "postgres", "rehome_admin"]);
  });

  it("comes back with what was written there, and goes again", async () => {
    const old = before;
    await query(
      await world.service("onboarding"),
      "UPDATE onboarding.contracts SET signed_at = now(), terms = NULL",
    );
    before = await contents(await world.service("onboarding"), "onboarding");
    expect(before).not.toEqual(old);
    await up(["laptop", "cloud"], "laptop", "cloud");
    const back = await world.service("onboarding");
    expect(back.sslmode).toBe("disable");
    expect(await contents(back, "onboarding")).toEqual(before);
    await up(["laptop", "cloud"], "cloud", "laptop");
    expect(await contents(await world.service("onboarding"), "onboarding")).toEqual(before);
  });

  it("goes on into a container, and retires where it was", async () => {
    await up(["laptop", "cloud"], "cloud");
    await up(["cloud", "box"], "box", "cloud");
    const connection = await world.service("onboarding");
    expect(connection).toMatchObject({ host: "127.0.0.1", sslmode: "disable" });
    expect(await contents(connection, "onboarding")).toEqual(before);
    expect(await setting("shared_buffers")).toBe("16MB");
    expect(await repeatedNumbers(connection)).toEqual([]);
  });

  it("cannot be deleted before its home is retired, and can after", async () => {
    const type = "gcp:sql/databaseInstance:DatabaseInstance";
    expect(await output(type, "deletionProtection")).toBe(true);
    const name = HOSTS.cloud;
    HOSTS.cloud = name.replace("name: partner", "name: other");
    const renamed = await run("preview", ["cloud", "box"], "box", "cloud");
    expect(renamed.text).toMatch(/unable to replace resource .*DatabaseInstance::cloud"[\s\S]*protection/);
    HOSTS.cloud = name;
    const early = await run("preview", ["box"], "box");
    expect(early.exitCode).toBe(1);
    expect(early.text).toMatch(/its host "cloud" is no longer in the stack file/);
    await up(["cloud", "box"], "box");
    expect(await output(type, "deletionProtection")).toBe(false);
    await up(["box"], "box");
    expect(await output(type, "name")).toBeUndefined();
    expect((await world.run("up")).steps).toEqual([]);
  });

  it("keeps its data when the container is replaced, for other parameters", async () => {
    HOSTS.box = HOSTS.box.replace("work_mem: 8MB", "work_mem: 16MB");
    const { steps } = await up(["box"], "box");
    expect(steps.map(({ op, urn }) => `${op} ${urn.split("$").at(-1) ?? ""}`)).toContain(
      "replace docker:index/container:Container::box",
    );
    expect(await setting("work_mem")).toBe("16MB");
    expect(await contents(await world.service("onboarding"), "onboarding")).toEqual(before);
  });

  it("is started again where the machine has stopped it", async () => {
    const mount = String(await output("docker:index/volume:Volume", "mountpoint"));
    expect(existsSync(mount)).toBe(true);
    await stopCluster(mount);
    expect((await world.run("refresh")).exitCode).toBe(0);
    expect(await contents(await world.service("onboarding"), "onboarding")).toEqual(before);
    await stopCluster(mount);
    expect((await world.run("up")).steps).toEqual([]);
  });
});
