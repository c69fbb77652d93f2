import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { manifestOf, published, root } from "./workspaces";

const whole = manifestOf(".");

it("the root itself is never published", () => {
  expect(whole.private).toBe(true);
  expect(published).toEqual(expect.arrayContaining(["topology", "components", "migration", "rehearsal"]));
});

describe.each(published)("%s", (folder) => {
  const manifest = manifestOf(folder);

  it("says what it is, under the repository's license and version", () => {
    expect(manifest).toMatchObject({
      name: `@rehome/${folder}`,
      version: whole.version,
      license: whole.license,
      engines: whole.engines,
    });
    expect(manifest.description).toMatch(/^[A-Z].*\.$/);
    expect(readFileSync(join(root, folder, "README.md"), "utf8")).toMatch(`# @rehome/${folder}\n`);
  });

  it("has all that the state of a stack requires by name", () => {
    const sources = readdirSync(join(root, folder, "src"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => readFileSync(join(root, folder, "src", path), "utf8"));
    const named = sources.flatMap((text) =>
      [...text.matchAll(/"(@rehome\/[a-z]+\/dist\/[^"]+)"/g)].map(([, name = ""]) => name),
    );
    for (const name of named)
      expect(createRequire(import.meta.url).resolve(name)).toContain(`${folder}/dist/`);
  });

  it("leads to what is built, and carries that and its license alone", () => {
    expect(manifest.files).toEqual(expect.arrayContaining(["dist", "!dist/.tsbuildinfo"]));
    expect(manifest.files?.join(" ")).not.toMatch(/src|test/);
    expect(manifest.scripts?.["prepack"]).toContain("add-license");
    expect(manifest.types).toBe("dist/index.d.ts");
    expect(manifest.exports?.["."]).toEqual({ types: "./dist/index.d.ts", default: "./dist/index.js" });
    const inSource = manifest.main?.replace(/^dist\/(.*)\.js$/, "src/$1.ts") ?? "";
    expect(existsSync(join(root, folder, inSource)), inSource).toBe(true);
    for (const path of Object.values(manifest.bin ?? {})) {
      expect(existsSync(join(root, folder, path)), path).toBe(true);
    }
  });

  it("takes the other packages at the same version, and shares Pulumi's SDK with the program", () => {
    for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
      if (name.startsWith("@rehome/")) expect(range, name).toBe(whole.version);
      if (name === "@pulumi/pulumi") expect(range).toMatch(/^\^/);
    }
  });
});

it("docs/library.md says what each package is for, and packs all of them", () => {
  const page = readFileSync(join(root, "docs/library.md"), "utf8");
  const listed = [...page.matchAll(/^\| `@rehome\/([a-z]+)`/gm)].map(([, name]) => name);
  const [pack = ""] = /^npm pack .*$/m.exec(page) ?? [];
  const packed = [...pack.matchAll(/ -w ([a-z]+)/g)].map(([, name]) => name);
  expect(listed.sort()).toEqual([...published].sort());
  expect(packed.sort()).toEqual([...published].sort());
});

it("CHANGELOG.md has what is not released yet, and follows Semantic Versioning", () => {
  const text = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  expect(text).toContain("Semantic Versioning");
  expect(text).toMatch(/^## Unreleased\n\n### (Added|Changed|Fixed|Removed)\n- /m);
});
