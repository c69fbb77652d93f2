import { join } from "node:path";
import { ensureCluster, stopCluster, startIfStopped } from "@rehome/postgres";
import { RehearsalError } from "../../rehearsal-error";
import type { Values } from "../../wire/values";
import { objects, text, texts, versionHere } from "../stand-in";

/** Where the volumes' data lies. */
export const volumeDirectory = (directory: string, volume: string): string => join(directory, volume);

const IMAGE = /^(?:.*\/)?postgres(?::(\d+)[^/]*)?(?:@.*)?$/;

/** The version of an image of PostgreSQL. @throws RehearsalError for any other */
export const imageVersion = (image: string): number | undefined => {
  const [known, version] = IMAGE.exec(image) ?? [];
  if (known === undefined) {
    throw new RehearsalError(
      "stand-in",
      `a container of image ${image} cannot be rehearsed: only postgres can.`,
    );
  }
  return version === undefined ? undefined : Number(version);
};

/** `postgres -c name=value …` */
const parametersOf = (command: readonly string[]): Record<string, string> => {
  const [program, ...rest] = command;
  const parameters: Record<string, string> = {};
  const refuse = (): never => {
    throw new RehearsalError(
      "stand-in",
      `the command ${command.join(" ")} cannot be rehearsed: only postgres -c <name>=<value> … can.`,
    );
  };
  if (program !== undefined && program !== "postgres") refuse();
  for (let at = 0; at < rest.length; at += 2) {
    const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(rest[at + 1] ?? "") ?? [];
    if (rest[at] !== "-c" || name === undefined || value === undefined) return refuse();
    parameters[name] = value;
  }
  return parameters;
};

const environment = (container: Values, name: string): string | undefined =>
  texts(container["envs"])
    .find((one) => one.startsWith(`${name}=`))
    ?.slice(name.length + 1);

const passwordOf = (container: Values): string => {
  const file = environment(container, "POSTGRES_PASSWORD_FILE");
  const uploaded = objects(container["uploads"]).find((one) => text(one["file"]) === file);
  const password =
    uploaded === undefined ? environment(container, "POSTGRES_PASSWORD") : text(uploaded["content"]);
  if (password !== undefined && password !== "") return password;
  throw new RehearsalError(
    "stand-in",
    "the container has no password: upload a file and name it in POSTGRES_PASSWORD_FILE.",
  );
};

/** The data directory of a container's server: the volume that holds its PGDATA. */
export const dataOf = (directory: string, container: Values): string => {
  const [volume, ...more] = objects(container["volumes"]).map((one) => text(one["volumeName"]));
  if (volume !== undefined && volume !== "" && more.length === 0) return volumeDirectory(directory, volume);
  throw new RehearsalError(
    "stand-in",
    "a container can be rehearsed that has one named volume, and no other.",
  );
};

const portOf = (container: Values): number => {
  const [port, ...more] = objects(container["ports"]);
  const external = Number(port?.["external"]);
  if (external > 0 && more.length === 0 && text(port?.["ip"]) === "127.0.0.1") return external;
  throw new RehearsalError(
    "stand-in",
    "a container can be rehearsed that has one port, published on 127.0.0.1.",
  );
};

/** Starts a container's server, with the volume's data or new. */
export const runContainer = async (directory: string, container: Values): Promise<void> => {
  await ensureCluster({
    directory: dataOf(directory, container),
    version: await versionHere(imageVersion(text(container["image"]))),
    port: portOf(container),
    password: passwordOf(container),
    parameters: parametersOf(texts(container["command"])),
  });
};

export const stopContainer = async (directory: string, container: Values): Promise<void> =>
  stopCluster(dataOf(directory, container));

/** Whether the container is there; one whose machine was restarted is started again, as Docker does. */
export const findContainer = async (directory: string, container: Values): Promise<boolean> =>
  (await startIfStopped(dataOf(directory, container))) !== undefined;
