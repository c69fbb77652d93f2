import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import type { Crypter } from "../secrets/crypter";
import { RehearsalError } from "../rehearsal-error";
import type { Project } from "./project";

/** A stack's configuration as a program gets it: texts by full key, objects as JSON. */
export interface StackConfig {
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** A value to set or override; `{ secret }` marks it as confidential. */
export type ConfigOverride = string | number | boolean | object;

/** `Pulumi.<stack>.yaml` */
export interface StackFile {
  readonly encryptionsalt?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

interface Opened {
  readonly value: unknown;
  readonly secret: boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isSecure = (value: unknown): value is { secure: string } =>
  isRecord(value) && typeof value["secure"] === "string" && Object.keys(value).length === 1;
const holdsSecure = (value: unknown): boolean =>
  isSecure(value) || (typeof value === "object" && value !== null && Object.values(value).some(holdsSecure));

/** Decrypts `secure:` values wherever they stand. */
const open = (value: unknown, crypter: Crypter | undefined): Opened => {
  if (isSecure(value)) return { value: crypter?.decrypt(value.secure), secret: true };
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => open(item, crypter));
    return { value: items.map((item) => item.value), secret: items.some((item) => item.secret) };
  }
  if (!isRecord(value)) return { value, secret: false };
  const entries = Object.entries(value).map(([key, item]) => [key, open(item, crypter)] as const);
  return {
    value: Object.fromEntries(entries.map(([key, item]) => [key, item.value])),
    secret: entries.some(([, item]) => item.secret),
  };
};

const asText = (value: unknown): string =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);

/** Which file holds the configuration of a stack. */
export const configFile = (project: Project, stack: string, given: string | undefined): string =>
  given ?? join(project.root, `Pulumi.${stack}.yaml`);

/** A stack's file as it stands. @throws RehearsalError `bad-config` */
export const readStackFile = async (file: string, mustExist: boolean): Promise<StackFile> => {
  try {
    return (parse(await readFile(file, "utf8")) ?? {}) as StackFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && !mustExist) return {};
    throw new RehearsalError("bad-config", `${file} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
};

/**
 * Reads a stack's configuration.
 * @param openCrypter opens the file's encryption salt; asked only when something in it is encrypted
 */
export const loadConfig = async (
  project: Project,
  file: { readonly path: string; readonly mustExist: boolean },
  openCrypter: (salt: string, holder: string) => Promise<Crypter>,
  overrides: Readonly<Record<string, ConfigOverride>> = {},
): Promise<StackConfig> => {
  const { config = {}, encryptionsalt } = await readStackFile(file.path, file.mustExist);
  const encrypted = holdsSecure(config);
  if (encrypted && encryptionsalt === undefined) {
    throw new RehearsalError(
      "foreign-secrets",
      `${file.path} holds encrypted values without "encryptionsalt": only those of the passphrase provider can be opened.`,
    );
  }
  const crypter = encrypted ? await openCrypter(encryptionsalt ?? "", file.path) : undefined;
  const fullKey = (key: string): string => (key.includes(":") ? key : `${project.name}:${key}`);
  const merged = new Map<string, Opened>();
  const set = (source: Readonly<Record<string, unknown>>): void => {
    for (const [key, value] of Object.entries(source)) merged.set(fullKey(key), open(value, crypter));
  };
  set(project.defaults);
  set(config);
  for (const [key, value] of Object.entries(overrides)) {
    const confidential = isRecord(value) && "secret" in value && Object.keys(value).length === 1;
    merged.set(fullKey(key), {
      value: confidential ? value["secret"] : value,
      secret: confidential || merged.get(fullKey(key))?.secret === true,
    });
  }
  const entries = [...merged].filter(([, { value }]) => value !== undefined && value !== null);
  return {
    values: Object.fromEntries(entries.map(([key, { value }]) => [key, asText(value)])),
    secretKeys: entries.filter(([, { secret }]) => secret).map(([key]) => key),
  };
};
