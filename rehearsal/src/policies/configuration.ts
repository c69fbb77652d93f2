import { readFile } from "node:fs/promises";
import type { AnalyzerInfo } from "@pulumi/pulumi/proto/analyzer_pb";
import { EnforcementLevel } from "@pulumi/pulumi/proto/analyzer_pb";
import { RehearsalError } from "../rehearsal-error";
import { fromStruct } from "../wire/struct";
import { isObject, type Value, type Values } from "../wire/values";

/** How a policy is to be enforced, and what it is told. */
export interface PolicySetting {
  readonly level: EnforcementLevel;
  readonly properties: Values;
}

const LEVELS: Readonly<Record<string, EnforcementLevel>> = {
  advisory: EnforcementLevel.ADVISORY,
  mandatory: EnforcementLevel.MANDATORY,
  disabled: EnforcementLevel.DISABLED,
  remediate: EnforcementLevel.REMEDIATE,
};

const levelOf = (value: Value | undefined, where: string): EnforcementLevel | undefined => {
  const named = isObject(value) ? value["enforcementLevel"] : value;
  if (named === undefined) return undefined;
  const level = typeof named === "string" ? LEVELS[named] : undefined;
  if (level !== undefined) return level;
  throw new RehearsalError(
    "policy-config",
    `${where} gives the level ${JSON.stringify(named)}; one of ${Object.keys(LEVELS).join(", ")} is expected.`,
  );
};

/** Reads a file of `--policy-pack-config`: policies (or `all`) to a level, or to `{ enforcementLevel, … }`. */
export const readPolicyConfig = async (file: string): Promise<Values> => {
  let read: unknown;
  try {
    read = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new RehearsalError("policy-config", `${file} cannot be read as JSON.`, { cause: error });
  }
  if (isObject(read as Value)) return read as Values;
  throw new RehearsalError("policy-config", `${file} holds no object of policies and their levels.`);
};

/** Each policy's setting: what the file says of it, what it says of all, or else the pack's own. */
export const settingsOf = (
  info: AnalyzerInfo,
  config: Values,
  file: string,
): ReadonlyMap<string, PolicySetting> => {
  const policies = info.getPoliciesList();
  const known = ["all", ...policies.map((policy) => policy.getName())];
  const stranger = Object.keys(config).find((name) => !known.includes(name));
  if (stranger !== undefined) {
    throw new RehearsalError(
      "policy-config",
      `${file} names "${stranger}", which is no policy of ${info.getName()}; it has: ${known.join(", ")}.`,
    );
  }
  return new Map(
    policies.map((policy) => {
      const name = policy.getName();
      const given = config[name];
      const level = levelOf(given, `${file}, ${name},`) ?? levelOf(config["all"], `${file}, all,`);
      const schema = Object.entries(fromStruct(policy.getConfigschema()?.getProperties()));
      const defaults = schema.flatMap(([key, one]) =>
        isObject(one) && "default" in one ? [[key, one["default"] ?? null] as const] : [],
      );
      const own = isObject(given) ? Object.entries(given).filter(([key]) => key !== "enforcementLevel") : [];
      const properties = Object.fromEntries([...defaults, ...own]);
      return [name, { level: level ?? policy.getEnforcementlevel(), properties }] as const;
    }),
  );
};
