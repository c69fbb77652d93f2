import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { RehearsalError } from "../rehearsal-error";

/** What Pulumi.yaml says. */
export interface Project {
  readonly name: string;
  /** The folder of Pulumi.yaml. */
  readonly root: string;
  /** The folder the program runs in, and its entry point as `cmd/run` takes it. */
  readonly directory: string;
  readonly entry: string;
  readonly typescript: boolean;
  /** Values for keys that a stack does not set. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

interface ProjectFile {
  readonly name?: unknown;
  readonly main?: unknown;
  readonly runtime?:
    string | { readonly name?: string; readonly options?: { readonly typescript?: boolean } };
  readonly config?: Readonly<Record<string, unknown>>;
}

const readProjectFile = async (folder: string): Promise<{ text: string; root: string }> => {
  for (const name of ["Pulumi.yaml", "Pulumi.yml"]) {
    try {
      return { text: await readFile(join(folder, name), "utf8"), root: folder };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  const above = dirname(folder);
  if (above !== folder) return readProjectFile(above);
  throw new RehearsalError(
    "no-project",
    "no Pulumi.yaml found here or in any folder above; run this in a Pulumi project, or name it with --cwd.",
  );
};

/** `key`, `{ default }` and `{ value }` are the three ways of giving a default. */
const defaultOf = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const { value: fixed, default: fallback } = value as { value?: unknown; default?: unknown };
  return fixed ?? fallback;
};

/** Reads the project in a folder or above it. */
export const loadProject = async (cwd: string): Promise<Project> => {
  const { text, root } = await readProjectFile(resolve(cwd));
  const file = (parse(text) ?? {}) as ProjectFile;
  const runtime = typeof file.runtime === "string" ? { name: file.runtime } : file.runtime;
  if (typeof file.name !== "string" || file.name === "") {
    throw new RehearsalError("bad-project", `${join(root, "Pulumi.yaml")} gives no name.`);
  }
  if (runtime?.name !== "nodejs") {
    throw new RehearsalError(
      "bad-runtime",
      `the runtime is "${runtime?.name ?? ""}"; programs for nodejs (TypeScript, JavaScript) can be rehearsed.`,
    );
  }
  const main = typeof file.main === "string" ? file.main : ".";
  const isFile = /\.[cm]?[jt]s$/.test(main);
  const entries = Object.entries(file.config ?? {}).map(([key, value]) => [key, defaultOf(value)] as const);
  return {
    name: file.name,
    root,
    directory: isFile ? root : resolve(root, main),
    entry: isFile ? main : ".",
    typescript: !("options" in runtime) || runtime.options?.typescript !== false,
    defaults: Object.fromEntries(entries.filter(([, value]) => value !== undefined)),
  };
};
