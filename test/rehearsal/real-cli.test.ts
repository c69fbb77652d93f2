import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { sandbox, stepsOf, type Sandbox } from "./support";
import { things } from "./things";
import type { Wish } from "./programs/things/thing";

const PASSPHRASE = "for tests alone";
const installed = spawnSync("pulumi", ["version"], { encoding: "utf8" }).status === 0;

/** Runs the real CLI with a backend in a folder of its own. */
const pulumi = (
  directory: string,
  backend: string,
  ...args: string[]
): { status: number; stdout: string } => {
  const { status, stdout, stderr } = spawnSync("pulumi", [...args, "--non-interactive"], {
    cwd: directory,
    encoding: "utf8",
    env: {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    },
  });
  return { status: status ?? 1, stdout: `${stdout}${stderr}` };
};

let backend: string;
let server: TestServer;
const before = process.env["PULUMI_CONFIG_PASSPHRASE"];
beforeAll(async () => {
  process.env["PULUMI_CONFIG_PASSPHRASE"] = PASSPHRASE;
  backend = await mkdtemp(join(tmpdir(), "rehearsal-backend-"));
  server = await startServer();
});
afterAll(async () => {
  if (before === undefined) delete process.env["PULUMI_CONFIG_PASSPHRASE"];
  else process.env["PULUMI_CONFIG_PASSPHRASE"] = before;
  await rm(backend, { recursive: true, force: true });
  await server.stop();
});

const configure = (
  box: Sandbox,
  project: string,
  config: Record<string, string | number | object>,
): Promise<void> =>
  writeFile(
    join(box.directory, "Pulumi.dev.yaml"),
    JSON.stringify({
      config: Object.fromEntries(Object.entries(config).map(([key, value]) => [`${project}:${key}`, value])),
    }),
  );

/** The steps of `pulumi preview --json` that change something, in our notation. */
const realSteps = (text: string): string[] => {
  const digest = JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1)) as {
    steps: { op: string; urn: string }[];
  };
  return stepsOf({
    steps: digest.steps as never,
    exitCode: 0,
    outputs: {},
    text: "",
    diagnostics: [],
    violations: [],
  });
};

describe.skipIf(!installed)("the real Pulumi CLI", () => {
  it("plans and does the same for updates, replacements and deletions", async () => {
    const first: Wish[] = [
      { name: "base", kind: "a" },
      { name: "user", kindOf: "base" },
      { name: "strict", kind: "x", deleteFirst: true, dependsOn: ["user"] },
      { name: "bound", kindOf: "strict", dependsOn: ["strict"] },
      { name: "kept", retain: true, dependsOn: ["bound"] },
      { name: "gone", dependsOn: ["kept"] },
    ];
    const second: Wish[] = [
      { name: "base", kind: "b" },
      { name: "user", kindOf: "base", size: 2 },
      { name: "strict", kind: "y", deleteFirst: true, dependsOn: ["user"] },
      { name: "bound", kindOf: "strict", dependsOn: ["strict"] },
      { name: "new", dependsOn: ["bound"] },
    ];
    const ours = await things();
    await ours.run("up", first);
    await ours.done();
    const directory = ours.sandbox.directory;
    expect(pulumi(directory, backend, "stack", "init", "dev").status).toBe(0);
    const state = join(directory, ".rehome/rehearsal/dev.json");
    await configure(ours.sandbox, "things", { wishes: second, log: ours.log, secret: "a-word-of-ours" });
    expect(pulumi(directory, backend, "stack", "import", "--file", state).status).toBe(0);

    const planned = stepsOf(await ours.run("preview", second)).filter(
      (step) => !/^(create-replacement|delete-replaced) /.test(step),
    );
    expect(planned.sort()).toEqual(realSteps(pulumi(directory, backend, "preview", "--json").stdout).sort());

    const real = pulumi(directory, backend, "up", "--yes", "--skip-preview");
    expect(real.status).toBe(0);
    const asPulumiDoes = await ours.done();
    expect((await ours.run("up", second)).exitCode).toBe(0);
    const asWeDo = await ours.done();
    expect([...asWeDo].sort()).toEqual([...asPulumiDoes].sort());
    // Nothing else waits for "gone": both engines delete it beside the others, whenever its turn comes.
    const inOrder = (steps: string[]): string[] => steps.filter((step) => step !== "delete gone");
    expect(inOrder(asWeDo)).toEqual(inOrder(asPulumiDoes));
    await ours.sandbox.remove();
  });

  it("takes over a rehearsed state of PostgreSQL resources and finds nothing to change", async () => {
    await server.sql("postgres", "CREATE ROLE auditor");
    const world = await sandbox("postgres");
    await configure(world, "pg-program", { port: server.port, password: server.password });
    const up = await world.run("up");
    expect(up.exitCode).toBe(0);
    expect(pulumi(world.directory, backend, "stack", "init", "dev").status).toBe(0);
    const state = join(world.directory, ".rehome/rehearsal/dev.json");
    expect(pulumi(world.directory, backend, "stack", "import", "--file", state).status).toBe(0);
    const preview = pulumi(world.directory, backend, "preview", "--expect-no-changes");
    expect(preview.stdout).toContain("unchanged");
    expect(preview.status).toBe(0);
    const refreshed = pulumi(world.directory, backend, "refresh", "--yes", "--expect-no-changes");
    expect(refreshed.stdout).toContain("unchanged");
    expect(refreshed.status).toBe(0);
    const destroyed = pulumi(world.directory, backend, "destroy", "--yes");
    expect(destroyed.status).toBe(0);
    await world.remove();
  });
});
