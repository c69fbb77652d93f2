import { createHash } from "node:crypto";
import { removeCluster, startIfStopped } from "@rehome/postgres";
import { RehearsalError } from "../../rehearsal-error";
import type { Attributes } from "../attributes";
import type { Failure, ResourceKind } from "../provider";
import { checkKnown, complete, diffInputs, isKnown, object, refused, refuseUnknown, text } from "../stand-in";
import type { Value, Values } from "../../wire/values";
import { flagFailures } from "./flags";
import { forgetInstance, instanceDirectory, newInstance, readInstance, type Instance } from "./instance-file";
import { runInstance } from "./server";

const attributes: Attributes = {
  name: { required: true, forceNew: true },
  databaseVersion: { required: true },
  deletionProtection: { default: true },
  project: { forceNew: true },
  region: { forceNew: true },
  settings: {},
};

const SETTINGS = [
  ...[
    "activationPolicy",
    "availabilityType",
    "backupConfiguration",
    "databaseFlags",
    "deletionProtectionEnabled",
  ],
  ...["diskAutoresize", "diskAutoresizeLimit", "diskSize", "diskType", "edition", "finalBackupConfig"],
  ...[
    "insightsConfig",
    "ipConfiguration",
    "maintenanceWindow",
    "retainBackupsOnDelete",
    "tier",
    "userLabels",
  ],
];

const NAME = /^[a-z](?:[a-z0-9-]{0,96}[a-z0-9])?$/;

/** What Google would say of an instance's settings. */
const settingsFailures = (settings: Values): Failure[] => {
  const fail = (property: string, reason: string): Failure => ({ property: `settings.${property}`, reason });
  const backup = object(settings["backupConfiguration"]);
  const ip = object(settings["ipConfiguration"]);
  const [tier, edition] = [text(settings["tier"]), text(settings["edition"])];
  return [
    ...refuseUnknown("Cloud SQL instance", SETTINGS, settings, "settings."),
    ...flagFailures(settings),
    ...(tier === "" ? [fail("tier", 'Missing required argument "tier".')] : []),
    ...(tier.startsWith("db-perf-optimized-") === (edition === "ENTERPRISE_PLUS")
      ? []
      : [fail("tier", `Invalid Tier (${tier}) for (${edition || "default"}) Edition.`)]),
    ...(ip["ipv4Enabled"] === true || text(ip["privateNetwork"]) !== ""
      ? []
      : [fail("ipConfiguration", "At least one of public IP or private network is to be enabled.")]),
    ...(settings["availabilityType"] === "REGIONAL" &&
    !(backup["enabled"] === true && backup["pointInTimeRecoveryEnabled"] === true)
      ? [fail("availabilityType", "REGIONAL needs backups and point-in-time recovery.")]
      : []),
  ];
};

const outputsOf = (inputs: Values, { address, certificate }: Instance): Values => {
  const given = complete(attributes, inputs);
  const [project, region, name] = [text(given["project"]), text(given["region"]), text(given["name"])];
  const ip = object(object(given["settings"])["ipConfiguration"]);
  const addresses: [key: string, type: string, value: Value][] = [
    ["privateIpAddress", "PRIVATE", text(ip["privateNetwork"]) === "" ? "" : address],
    ["publicIpAddress", "PRIMARY", ip["ipv4Enabled"] === true ? address : ""],
  ];
  const fingerprint = createHash("sha1").update(certificate).digest("hex");
  return {
    ...given,
    connectionName: `${project}:${region}:${name}`,
    selfLink: `projects/${project}/instances/${name}`,
    ...Object.fromEntries(addresses.map(([key, , value]) => [key, value])),
    ipAddresses: addresses
      .filter(([, , value]) => value !== "")
      .map(([, type, ipAddress]) => ({ ipAddress, type, timeToRetire: "" })),
    serverCaCerts: [{ cert: certificate, commonName: `${project}:${name}`, sha1Fingerprint: fingerprint }],
  };
};

const missing = (property: string): Failure => ({
  property,
  reason: `Cannot determine ${property}: set in this resource, or set provider-level '${property}'`,
});

/** An instance of Cloud SQL: a server of this machine at an address of its own, with TLS. */
export const databaseInstance = (directory: string): ResourceKind => {
  const dataOf = (values: Values): string =>
    instanceDirectory(directory, text(values["project"]), text(values["name"]));
  const run = async (inputs: Values, instance: Instance): Promise<Values> => {
    try {
      return outputsOf(inputs, await runInstance(dataOf(inputs), instance, inputs));
    } catch (error) {
      throw refused(`Instance ${text(inputs["name"])}`, error);
    }
  };
  return {
    check: async (call) => {
      const place = { project: call.config["project"] ?? null, region: call.config["region"] ?? null };
      const news = { ...place, ...call.news };
      const { inputs, failures } = checkKnown("Cloud SQL instance", attributes, { ...call, news });
      const name = text(inputs["name"]);
      if (call.olds !== undefined) await startIfStopped(dataOf(call.olds));
      return {
        inputs,
        failures: [
          ...failures,
          ...["project", "region"].filter((key) => text(inputs[key]) === "").map(missing),
          ...settingsFailures(object(inputs["settings"])),
          ...(!isKnown(inputs["name"]) || NAME.test(name)
            ? []
            : [
                {
                  property: "name",
                  reason: `"${name}" is no instance's name: small letters, digits, hyphens.`,
                },
              ]),
        ],
      };
    },
    diff: async (call) => {
      const found = diffInputs(attributes, call);
      const [before, now] = [text(call.oldInputs["databaseVersion"]), text(call.news["databaseVersion"])];
      if (before === now || found.replaceKeys.length > 0) return found;
      throw new RehearsalError(
        "stand-in",
        `an upgrade of an instance in place (${before} to ${now}) cannot be rehearsed: declare a new host and move the data there.`,
      );
    },
    create: async ({ inputs, resumed }) => {
      const data = dataOf(inputs);
      const name = text(inputs["name"]);
      const there = readInstance(data);
      if (there !== undefined && !resumed) {
        throw new RehearsalError("stand-in", `Error 409: the Cloud SQL instance ${name} already exists.`);
      }
      const commonName = `${text(inputs["project"])}:${name}`;
      return { id: name, outputs: await run(inputs, there ?? (await newInstance(data, commonName))) };
    },
    read: async ({ id, inputs, outputs }) => {
      const data = dataOf(inputs);
      const instance = readInstance(data);
      if (instance === undefined || (await startIfStopped(data)) === undefined) return undefined;
      return { id, outputs: { ...outputs, ...outputsOf(inputs, instance) } };
    },
    update: async ({ inputs }) => {
      const instance = readInstance(dataOf(inputs));
      if (instance !== undefined) return run(inputs, instance);
      throw new RehearsalError(
        "stand-in",
        `Error 404: the Cloud SQL instance ${text(inputs["name"])} does not exist.`,
      );
    },
    delete: async ({ inputs, outputs }) => {
      const data = dataOf(inputs);
      const name = text(inputs["name"]);
      if (outputs["deletionProtection"] !== false) {
        throw new RehearsalError(
          "stand-in",
          `Error, failed to delete instance because deletion_protection is set to true. Set it to false to proceed with instance deletion (${name}).`,
        );
      }
      if (object(outputs["settings"])["deletionProtectionEnabled"] === true) {
        throw new RehearsalError(
          "stand-in",
          `The instance ${name} is protected. Disable the deletion protection first.`,
        );
      }
      await removeCluster(data);
      await forgetInstance(data);
    },
  };
};
