import { chmod, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Manifest } from "./manifest";
import type { Place } from "./place";

const inFileName = (text: string): string => text.replace(/[/:]/g, "_");

/** Where Pulumi's own provider renders a manifest to, below its folder. */
const fileOf = ({ apiVersion, kind, namespace, name }: Manifest): string =>
  join(
    "1-manifest",
    `${inFileName(apiVersion)}-${kind.toLowerCase()}-${namespace === "" ? "default" : namespace}-${name}.yaml`,
  );

/**
 * Keeps manifests as YAML in a folder, each in the file that Pulumi's provider would render it to. Secrets are among them:
 * nobody but the user who rehearses may read the folder or a file.
 */
export const renderer = (folder: string): Place => {
  const write = async (manifest: Manifest): Promise<void> => {
    const file = join(folder, fileOf(manifest));
    await mkdir(join(folder, "1-manifest"), { recursive: true, mode: 0o700 });
    await writeFile(file, stringify(manifest.body), { mode: 0o600 });
    await chmod(file, 0o600); // a file that was there keeps its mode otherwise
  };
  return {
    create: write,
    update: write,
    exists: async (manifest) => {
      const found = await stat(join(folder, fileOf(manifest))).catch(() => undefined);
      return found !== undefined;
    },
    remove: (manifest) => rm(join(folder, fileOf(manifest)), { force: true }),
  };
};
