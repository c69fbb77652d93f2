import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blocksOf, textOf } from "../docs/markdown";
import { manifestOf, published, root, type Manifest } from "./workspaces";

const run = promisify(execFile);
/** Whole programs in the pages, with the page. */
const programs = [
  ...["README.md", "docs/library.md", "docs/tutorial.md", "docs/report.md", "docs/how-to/kubernetes.md"],
].map((page) => {
  const whole = /new Topology\(|Topology\.fromConfig\(|gatherReport\(/;
  const found = blocksOf(textOf(page)).find(({ language, text }) => language === "ts" && whole.test(text));
  return [page, found?.text ?? ""] as const;
});
const built = published.filter((folder) => existsSync(join(root, folder, "dist/index.js")));
let folder: string;

const packed = (name: string): string => join(folder, "node_modules", name);

/** What `npm install` would do with a tarball: unpacked, its dependencies beside it. */
const install = async (tarball: string): Promise<void> => {
  const own = join(folder, "unpacked");
  await mkdir(own, { recursive: true });
  await run("tar", ["-xzf", tarball, "-C", own]);
  const manifest = JSON.parse(await readFile(join(own, "package/package.json"), "utf8")) as Manifest;
  await mkdir(dirname(packed(manifest.name)), { recursive: true });
  await run("mv", [join(own, "package"), packed(manifest.name)]);
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    await link(name);
  }
};

/** A package of the registry, as this repository has it installed. */
const link = async (name: string): Promise<void> => {
  if (name.startsWith("@rehome/") || existsSync(packed(name))) return;
  await mkdir(dirname(packed(name)), { recursive: true });
  await symlink(join(root, "node_modules", name), packed(name));
};

/** What it prints, of a failure too. */
const rehearse = async (...args: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await run(
    process.execPath,
    [join(packed("@rehome/rehearsal"), "bin/rehearse.mjs"), ...args],
    {
      cwd: folder,
      env: { ...process.env, NO_COLOR: "1" },
    },
  ).catch((error: { stdout: string; stderr: string }) => error);
  return stdout + stderr;
};

beforeAll(async () => {
  folder = await mkdtemp("/tmp/rehome-packed-");
  await chmod(folder, 0o755); // its servers may run as another user
  const workspaces = built.flatMap((name) => ["-w", name]);
  await run("npm", ["pack", "--offline", "--pack-destination", folder, ...workspaces], { cwd: root });
  for (const name of (await readdir(folder)).filter((one) => one.endsWith(".tgz"))) {
    await install(join(folder, name));
  }
  // What a program has of its own.
  for (const name of ["@pulumi/pulumi", "@types/node", "typescript", "ts-node"]) await link(name);
  await writeFile(join(folder, "package.json"), '{ "private": true }');
  const runtime = "runtime: { name: nodejs, options: { packagemanager: npm } }";
  await writeFile(join(folder, "Pulumi.yaml"), `name: scratch\nmain: index.ts\n${runtime}\n`);
  const [, text] = programs.find(([page]) => page === "docs/library.md") ?? [];
  await writeFile(join(folder, "index.ts"), text ?? "");
  for (const [page, program] of programs) {
    await writeFile(join(folder, `${page.replace(/\W/g, "-")}.ts`), program);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("packed, and installed into a program elsewhere", () => {
  it.each(built)("%s has its license, its page and its types", async (name) => {
    const own = packed(`@rehome/${name}`);
    for (const file of ["LICENSE", "README.md", "dist/index.js", "dist/index.d.ts"]) {
      expect(existsSync(join(own, file)), file).toBe(true);
    }
    expect(existsSync(join(own, "dist/.tsbuildinfo"))).toBe(false);
    for (const target of Object.values(manifestOf(name).exports ?? {}).flatMap((one) =>
      typeof one === "string" ? [one] : Object.values(one),
    )) {
      if (!target.includes("*")) expect(existsSync(join(own, target)), target).toBe(true);
    }
  });

  it(
    "the programs in the pages are typed, strictly, our declarations too",
    { timeout: 300_000 },
    async () => {
      expect(programs.map(([, text]) => text)).not.toContain("");
      const options = { strict: true, noEmit: true, module: "nodenext", target: "es2022", types: ["node"] };
      const files = programs.map(([page]) => `${page.replace(/\W/g, "-")}.ts`);
      await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files }));
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      const { stdout } = await run(process.execPath, [tsc, "-p", folder]).catch(
        (error: { stdout: string }) => error,
      );
      const ours = stdout
        .split("\n")
        .filter((line) => /error/.test(line) && !/node_modules\/(?!@rehome)/.test(line));
      expect(ours).toEqual([]);
    },
  );

  it("a misspelt argument does not compile", { timeout: 300_000 }, async () => {
    const text = `import { Topology } from "@rehome/components";
new Topology("shop", { hosts: { main: { platform: "local", prot: 5432 } }, services: {} });\n`;
    await writeFile(join(folder, "wrong.ts"), text);
    const options = { strict: true, noEmit: true, module: "nodenext", skipLibCheck: true, types: ["node"] };
    await writeFile(
      join(folder, "tsconfig.wrong.json"),
      JSON.stringify({ compilerOptions: options, files: ["wrong.ts"] }),
    );
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const wrong = run(process.execPath, [tsc, "-p", join(folder, "tsconfig.wrong.json")]);
    await expect(wrong).rejects.toMatchObject({
      stdout: expect.stringContaining("'prot' does not exist") as string,
    });
  });

  it("the page's program is previewed, and judged by the packed policies", { timeout: 300_000 }, async () => {
    await rm(join(folder, "tsconfig.json"), { force: true });
    await writeFile(join(folder, "Pulumi.dev.yaml"), "config: {}\n");
    const policies = join("node_modules", "@rehome", "policy");
    const printed = await rehearse("preview", "--policy-pack", policies);
    expect(printed).toMatch(/rehome:index:Topology +shop +create/);
    expect(printed).toMatch(/rehome:Migration +billing +create/);
    expect(printed).toMatch(/\+ \d+ to create/);
  });
});
