import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker, hasEngine, postgresImage } from "../support/docker/engine";
import { contents, query } from "./proof";
import { installed } from "./real-cli";
import { stage, type Outcome, type Stage } from "./stage";

const plugins = spawnSync("pulumi", ["plugin", "ls", "--json"], { encoding: "utf8" });
const hasPlugin = plugins.status === 0 && plugins.stdout.includes('"docker"');

const CONTAINER = "hexabuilders-test-box";
const VOLUME = `${CONTAINER}-data`;

let world: Stage;
let image: string;
let before: Record<string, string>;

const up = async (parameters: string, formerly: boolean): Promise<Outcome> => {
  await world.edit(
    1,
    () => `config:
  rehome:topology:
    hosts:
      legacy:
        platform: existing
        url: postgres://postgres@127.0.0.1:${world.legacy.port}/postgres
        password: { env: LEGACY_PASSWORD }
      box:
        platform: docker
        image: ${image}
        resources: { memory: 512m, cpus: 1.5 }
        parameters: ${parameters}
    services:
      onboarding:
        home: { host: box, database: onboarding, schema: onboarding }
${formerly ? "        formerly: { host: legacy, database: hexabuilders, schema: onboarding }" : ""}
`,
  );
  const done = await world.run("up");
  expect(done.exitCode, done.text).toBe(0);
  return done;
};
const inspect = <Found>(format: string): Found =>
  JSON.parse(docker("inspect", CONTAINER, "--format", `{{json ${format}}}`)) as Found;

describe.skipIf(!hasEngine || !installed || !hasPlugin)(
  "a real Docker engine, and the real Pulumi CLI",
  () => {
    beforeAll(async () => {
      image = await postgresImage();
      world = await stage("hexabuilders", "pulumi");
      before = await contents({ ...world.legacy.connection, database: "hexabuilders" }, "onboarding");
      await up("{ work_mem: 8MB }", true);
    }, 600_000);
    afterAll(async () => {
      spawnSync("docker", ["rm", "--force", "--volumes", CONTAINER]);
      spawnSync("docker", ["volume", "rm", VOLUME]);
      spawnSync("docker", ["network", "rm", CONTAINER]);
      await world.end();
    });

    it("run a container that is healthy, within its limits, on a port of this machine alone", async () => {
      const { port } = await world.service("onboarding");
      expect(inspect(".State.Health.Status")).toBe("healthy");
      expect(inspect(".HostConfig")).toMatchObject({
        RestartPolicy: { Name: "unless-stopped" },
        Memory: 512 * 2 ** 20,
        NanoCpus: 1_500_000_000,
        PortBindings: { "5432/tcp": [{ HostIp: "127.0.0.1", HostPort: String(port) }] },
      });
      expect(inspect<{ Name: string; Destination: string }[]>(".Mounts")).toEqual([
        expect.objectContaining({ Name: VOLUME, Destination: "/var/lib/rehome" }),
      ]);
    });

    it("have the dataset, moved and verified", async () => {
      const connection = await world.service("onboarding");
      expect(await contents(connection, "onboarding")).toEqual(before);
      const [row] = await query<{ value: string }>(connection, "SELECT current_setting('work_mem') AS value");
      expect(row?.value).toBe("8MB");
    });

    it("show the administrator's password nowhere", async () => {
      const provider = (await world.resources()).find(({ type }) => type.endsWith("RandomPassword"));
      const password = String(provider?.outputs?.["result"]);
      expect(password).toMatch(/^\w{32}$/);
      expect(docker("inspect", CONTAINER)).not.toContain(password);
      expect(docker("logs", CONTAINER)).not.toContain(password);
      expect(docker("top", CONTAINER)).not.toContain(password);
    });

    it("change nothing when nothing is to be changed", async () => {
      expect((await world.run("refresh")).exitCode).toBe(0);
      const again = await world.run("up");
      expect(again.exitCode, again.text).toBe(0);
      expect(again.steps).toEqual([]);
    });

    it("keep port and data when the container is replaced", async () => {
      const { port } = await world.service("onboarding");
      const id = inspect(".Id");
      await up("{ work_mem: 16MB }", false);
      expect(inspect(".Id")).not.toBe(id);
      const connection = await world.service("onboarding");
      expect(connection.port).toBe(port);
      expect(await contents(connection, "onboarding")).toEqual(before);
      const [row] = await query<{ value: string }>(connection, "SELECT current_setting('work_mem') AS value");
      expect(row?.value).toBe("16MB");
    });
  },
);
