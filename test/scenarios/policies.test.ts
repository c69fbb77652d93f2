import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sandbox, type Sandbox } from "../rehearsal/support";
import { installed } from "./real-cli";

const pack = resolve(__dirname, "../../policy");
/** What Pulumi's distribution has beside its CLI; one that was built from its sources has not. */
const LAUNCHER = `#!/bin/sh
exec node "$(node -p "require.resolve('@pulumi/pulumi/cmd/run-policy-pack')")" "$@"
`;

describe.skipIf(!installed)("the policy pack under the Pulumi CLI", () => {
  let program: Sandbox;
  let folder: string;
  beforeAll(async () => {
    program = await sandbox("policed");
    folder = await mkdtemp(join(tmpdir(), "rehome-policies-"));
    await writeFile(join(folder, "pulumi-analyzer-policy"), LAUNCHER);
    await chmod(join(folder, "pulumi-analyzer-policy"), 0o755);
  });
  afterAll(async () => {
    await program.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const pulumi = (...args: string[]): { status: number | null; text: string } => {
    const { status, stdout, stderr } = spawnSync("pulumi", [...args, "--non-interactive"], {
      cwd: program.directory,
      encoding: "utf8",
      env: {
        ...process.env,
        PATH: `${process.env["PATH"] ?? ""}:${folder}`,
        PULUMI_BACKEND_URL: `file://${folder}`,
        PULUMI_CONFIG_PASSPHRASE: "for tests alone",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        NO_COLOR: "1",
      },
    });
    return { status, text: `${stdout}${stderr}` };
  };
  const found = (text: string): string[] =>
    [...text.matchAll(/- \[(\w+)\] +(\S+)/g)].map(([, level, policy]) => `${level} ${policy}`).sort();

  it("finds what it finds in a rehearsal, and forbids what it forbids there", async () => {
    const config = { "policed:name": "TheBoss", "policed:superuser": "true" };
    await writeFile(join(program.directory, "Pulumi.prod.yaml"), JSON.stringify({ config }));
    pulumi("stack", "init", "prod");
    const real = pulumi("preview", "--stack", "prod", "--policy-pack", pack);
    const rehearsed = await program.run("preview", {}, { stack: "prod", policyPacks: [{ path: pack }] });
    expect(rehearsed.exitCode).toBe(5);
    expect(real.status).not.toBe(0);
    expect(found(real.text)).toEqual(["advisory names", "mandatory plain-roles"]);
    expect(found(rehearsed.text)).toEqual(found(real.text));

    const dev = pulumi(
      ...["preview", "--stack", "prod", "--policy-pack", pack],
      ...["--policy-pack-config", join(pack, "levels/dev.json")],
    );
    expect(dev.status, dev.text).toBe(0);
    expect(found(dev.text)).toEqual(["advisory names", "advisory plain-roles"]);
  });
});
