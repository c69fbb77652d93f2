import { createHash } from "node:crypto";
import { RehearsalError } from "../rehearsal-error";
import type { Crypter } from "../secrets/crypter";
import {
  isList,
  isObject,
  isSecret,
  plain,
  SECRET,
  SIGNATURE,
  type Value,
  type Values,
} from "../wire/values";
import type { HookType, PendingOperation, Resource, Snapshot } from "./resource";

/** The engine whose state format this is. */
const VERSION = "v3.241.0";
type Json = Record<string, unknown>;

/** How secrets are written: encrypted, or open (as `pulumi stack export --show-secrets` gives them). */
export type Seal = (secret: Values) => Values;

/** Encrypts; an unchanged secret keeps its ciphertext for as long as the process lives. */
export const sealer = (crypter: Crypter): Seal => {
  const sealed = new WeakMap<Values, string>();
  return (secret) => {
    const known = sealed.get(secret) ?? crypter.encrypt(JSON.stringify(plain(secret)));
    sealed.set(secret, known);
    return { [SIGNATURE]: SECRET, ciphertext: known };
  };
};
export const openSeal: Seal = (secret) => ({ [SIGNATURE]: SECRET, plaintext: JSON.stringify(plain(secret)) });

const write = (value: Value, seal: Seal): Value => {
  if (isSecret(value)) return seal(value);
  if (isList(value)) return value.map((item) => write(item, seal));
  if (!isObject(value)) return value;
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, item]) => [key, write(item, seal)]));
};

const read = (value: Value, crypter: Crypter): Value => {
  if (isList(value)) return value.map((item) => read(item, crypter));
  if (!isObject(value)) return value;
  if (value[SIGNATURE] === SECRET) {
    const { ciphertext, plaintext } = value;
    const text = typeof ciphertext === "string" ? crypter.decrypt(ciphertext) : plaintext;
    if (typeof text !== "string") throw new RehearsalError("bad-state", "a secret in the state has no text.");
    return { [SIGNATURE]: SECRET, value: JSON.parse(text) as Value };
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, read(item, crypter)]));
};

const isEmpty = (value: unknown): boolean =>
  value === "" ||
  value === false ||
  value === undefined ||
  (typeof value === "object" && value !== null && Object.keys(value).length === 0);

const writeResource = (resource: Resource, seal: Seal): Json => {
  const { urn, custom, type, hooks, ...rest } = resource;
  const optional: Json = {
    ...rest,
    inputs: write(resource.inputs, seal),
    outputs: write(resource.outputs, seal),
    resourceHooks: hooks,
  };
  return {
    urn,
    custom,
    type,
    ...Object.fromEntries(Object.entries(optional).filter(([, v]) => !isEmpty(v))),
  };
};

const readResource = (json: Json, crypter: Crypter): Resource => {
  const text = (key: string): string => (json[key] as string | undefined) ?? "";
  const flag = (key: string): boolean => json[key] === true;
  const list = (key: string): string[] => (json[key] as string[] | undefined) ?? [];
  const values = (key: string): Values => read((json[key] as Values | undefined) ?? {}, crypter) as Values;
  return {
    urn: text("urn"),
    type: text("type"),
    custom: flag("custom"),
    id: text("id"),
    inputs: values("inputs"),
    outputs: values("outputs"),
    parent: text("parent"),
    provider: text("provider"),
    dependencies: list("dependencies"),
    propertyDependencies: (json["propertyDependencies"] as Record<string, string[]> | undefined) ?? {},
    delete: flag("delete"),
    pendingReplacement: flag("pendingReplacement"),
    external: flag("external"),
    protect: flag("protect"),
    retainOnDelete: flag("retainOnDelete"),
    deletedWith: text("deletedWith"),
    initErrors: list("initErrors"),
    additionalSecretOutputs: list("additionalSecretOutputs"),
    ignoreChanges: list("ignoreChanges"),
    replaceOnChanges: list("replaceOnChanges"),
    hooks: (json["resourceHooks"] as Partial<Record<HookType, string[]>> | undefined) ?? {},
    created: text("created"),
    modified: text("modified"),
  };
};

const indented = (text: string, by: string): string => text.replaceAll("\n", `\n${by}`);

/** Where resources stand in the file. */
const MARGIN = "      ";

/** A resource as it stands in the file's text. */
export type WriteResource = (resource: Resource) => string;

/** Writes each resource once for as long as it stays as it is: a step of a stack of thousands changes one of them. */
export const resourceWriter = (seal: Seal): WriteResource => {
  const written = new WeakMap<Resource, string>();
  return (resource) => {
    const known = written.get(resource);
    if (known !== undefined) return known;
    const text = indented(JSON.stringify(writeResource(resource, seal), undefined, 2), MARGIN);
    written.set(resource, text);
    return text;
  };
};

const listed = (texts: readonly string[]): string =>
  texts.length === 0 ? "[]" : `[\n${MARGIN}${texts.join(`,\n${MARGIN}`)}\n    ]`;

/** The file that `pulumi stack export` gives and `pulumi stack import` takes, as text. */
export const writeCheckpoint = (
  { resources, pending }: Snapshot,
  salt: string,
  write: WriteResource,
  now: Date,
): string => {
  const manifest = {
    time: now.toISOString(),
    magic: createHash("sha256").update(VERSION).digest("hex"),
    version: VERSION,
  };
  const part = (value: Json): string => indented(JSON.stringify(value, undefined, 2), "    ");
  const operations = pending.map(({ type, resource }) => {
    const inner = `${MARGIN}  `;
    return `{\n${inner}"resource": ${indented(write(resource), "  ")},\n${inner}"type": "${type}"\n${MARGIN}}`;
  });
  const parts = [
    `"manifest": ${part(manifest)}`,
    `"secrets_providers": ${part({ type: "passphrase", state: { salt } })}`,
    `"resources": ${listed(resources.map(write))}`,
    ...(operations.length === 0 ? [] : [`"pending_operations": ${listed(operations)}`]),
    `"metadata": {}`,
  ];
  return `{\n  "version": 3,\n  "deployment": {\n    ${parts.join(",\n    ")}\n  }\n}`;
};

interface Checkpoint {
  readonly version?: number;
  readonly deployment?: {
    readonly secrets_providers?: { readonly type?: string; readonly state?: { readonly salt?: string } };
    readonly resources?: readonly Json[];
    readonly pending_operations?: readonly {
      readonly type: PendingOperation["type"];
      readonly resource: Json;
    }[];
  };
}

/** The salt that a state file's secrets are encrypted with. */
export const saltOf = (checkpoint: unknown): string | undefined => {
  const { secrets_providers: secrets } = (checkpoint as Checkpoint).deployment ?? {};
  if (secrets !== undefined && secrets.type !== "passphrase") {
    throw new RehearsalError(
      "foreign-secrets",
      `the state's secrets are kept by "${String(secrets.type)}"; the rehearsal host opens those of "passphrase" only.`,
    );
  }
  return secrets?.state?.salt;
};

export const readCheckpoint = (checkpoint: unknown, crypter: Crypter): Snapshot => {
  const { version, deployment } = checkpoint as Checkpoint;
  if (version !== 3) {
    throw new RehearsalError("bad-state", `the state has format ${String(version)}; format 3 is expected.`);
  }
  return {
    resources: (deployment?.resources ?? []).map((json) => readResource(json, crypter)),
    pending: (deployment?.pending_operations ?? []).map(({ type, resource }) => ({
      type,
      resource: readResource(resource, crypter),
    })),
  };
};
