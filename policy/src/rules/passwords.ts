import { NEVER } from "../environment";
import { at, list, text, texts, UNKNOWN } from "../known";
import type { Judged, Rule } from "../rule";
import { TYPES, WORKLOADS } from "../types";

const PASSWORD_NAME = /(pass(word|wd|phrase)?|pwd|secret|token|api_?key|private_?key|credential)s?$/i;
/** `user:password@` of a URL, or a libpq, JDBC or Npgsql keyword with a value. */
const PASSWORD_INSIDE = /:\/\/[^\s/:@]*:[^\s/@]+@|\b(password|pwd)\s*=\s*[^\s;&]/i;
/** What stands for a password without being one. */
const REFERENCE = /^\$\(?\{?\w+\}?\)?$|^\/|^$/;

const looksLikeOne = (name: string, value: string): boolean =>
  PASSWORD_INSIDE.test(value) ||
  (PASSWORD_NAME.test(name) && !/_file$/i.test(name) && !REFERENCE.test(value));

const variables = (containers: readonly unknown[]): (readonly [container: string, name: string])[] =>
  containers.flatMap((container) =>
    list(container, "env").flatMap((variable) => {
      const [name, value] = [text(variable, "name") ?? "", text(variable, "value")];
      if (value === undefined || !looksLikeOne(name, value)) return [];
      return [[text(container, "name") ?? "?", name] as const];
    }),
  );

const workload = ({ name, props }: Judged, path: readonly string[]): string[] =>
  variables(["initContainers", "containers"].flatMap((key) => list(props, ...path, key))).map(
    ([container, variable]) =>
      `Workload ${name} has a password in plain text in variable ${variable} of container ${container}: whoever may list ` +
      `pods reads it. Take it from the service's Secret (valueFrom.secretKeyRef), which Rehome makes; workload.env is for no secrets.`,
  );

const configMap = ({ name, props }: Judged): string[] =>
  Object.entries((at(props, "data") ?? {}) as Record<string, unknown>)
    .filter(([key, value]) => typeof value === "string" && looksLikeOne(key, value))
    .map(
      ([key]) =>
        `ConfigMap ${name} has a password in plain text under ${key}: ConfigMaps are neither encrypted nor guarded. ` +
        `Put it into a Secret.`,
    );

const container = ({ name, props }: Judged): string[] =>
  texts(props, "envs").flatMap((line) => {
    const [variable = "", value = ""] = [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)];
    if (!looksLikeOne(variable, value)) return [];
    return [
      `Container ${name} has a password in plain text in ${variable}: \`docker inspect\` shows it for as long as the container ` +
        `lives. Give it as a file: ${variable}_FILE=<path>, and the file by uploads.`,
    ];
  });

/** The server's log and Pulumi's messages may repeat what a role was given: Rehome gives a SCRAM verifier. */
const role = ({ name, props }: Judged): string[] => {
  const password = at(props, "password");
  if (typeof password !== "string" || password === "" || password.startsWith("SCRAM-SHA-256$")) return [];
  return [
    `Role ${name} is given its password itself: it stands in the server's log as soon as that logs statements. ` +
      `Give its SCRAM-SHA-256 verifier, as roles of the stack file are.`,
  ];
};

/** The keys of a dynamic resource's inputs that have a password in them, however deep. */
const holdsPassword = (value: unknown): boolean => {
  if (value === UNKNOWN || typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(
    ([key, inner]) =>
      (/password$/i.test(key) && typeof inner === "string" && inner !== "") || holdsPassword(inner),
  );
};

const dynamic = ({ name, type, props, secretOutputs }: Judged): string[] =>
  Object.entries(props)
    .filter(
      ([key, value]) =>
        !key.startsWith("__") && holdsPassword({ [key]: value }) && !secretOutputs.includes(key),
    )
    .map(
      ([key]) =>
        `${type.split(":").at(-1) ?? type} ${name} keeps a password under ${key}, which is not among its secret outputs: it ` +
        `would stand in the state in plain text. Add "${key}" to additionalSecretOutputs.`,
    );

/** Passwords are secrets wherever they are. */
export const passwords: Rule = {
  name: "passwords-secret",
  description: "A password stands in no environment variable, ConfigMap, SQL text or state in plain text.",
  levels: NEVER,
  resource: (resource) => {
    const pods = WORKLOADS.get(resource.type);
    if (pods !== undefined) return workload(resource, pods);
    if (resource.type.startsWith("pulumi-nodejs:dynamic")) return dynamic(resource);
    if (resource.type === TYPES.configMap) return configMap(resource);
    if (resource.type === TYPES.container) return container(resource);
    return resource.type === TYPES.role ? role(resource) : [];
  },
};
