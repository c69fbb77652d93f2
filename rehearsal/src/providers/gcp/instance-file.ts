import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RehearsalError } from "../../rehearsal-error";
import { freeAddress } from "./address";
import { makeCertificate, type Certificate } from "./certificate";

/** What is kept of an instance beside its data: what Google would know. */
export interface Instance extends Certificate {
  /** Its address, an own one of this machine's. */
  readonly address: string;
  /** The superuser's password, which nobody but Google has. */
  readonly password: string;
  /** The directory of its socket, once it runs. */
  readonly sockets?: string;
}

/** Where instances are kept; in it, by project and name. */
export const instanceDirectory = (directory: string, project: string, name: string): string =>
  join(directory, project, name);

const fileOf = (data: string): string => `${data}.json`;

/** `project:region:name`, or with slashes. @throws RehearsalError when it is neither */
const parseConnectionName = (text: string): { project: string; name: string } => {
  const [project, region, name, ...more] = text.split(/[:/]/);
  if (project && region && name && more.length === 0) return { project, name };
  throw new RehearsalError("stand-in", `"${text}" is no instance's connection name: project:region:name.`);
};

/** What is kept of the instance in `data`; undefined when there is none. */
export const readInstance = (data: string): Instance | undefined =>
  existsSync(fileOf(data)) ? (JSON.parse(readFileSync(fileOf(data), "utf8")) as Instance) : undefined;

/** Reads an instance by its connection name. @throws RehearsalError when there is none */
export const findInstance = (directory: string, connectionName: string): Instance => {
  const { project, name } = parseConnectionName(connectionName);
  const found = readInstance(instanceDirectory(directory, project, name));
  if (found !== undefined) return found;
  throw new RehearsalError("stand-in", `the Cloud SQL instance ${connectionName} does not exist.`);
};

export const writeInstance = async (data: string, instance: Instance): Promise<void> => {
  await mkdir(dirname(data), { recursive: true });
  await writeFile(fileOf(data), JSON.stringify(instance), { mode: 0o600 });
};

/** Draws what a new instance has of its own. */
export const newInstance = async (data: string, commonName: string): Promise<Instance> => ({
  address: await freeAddress(data),
  password: randomBytes(24).toString("base64url"),
  ...(await makeCertificate(commonName)),
});

export const forgetInstance = (data: string): Promise<void> => rm(fileOf(data), { force: true });
