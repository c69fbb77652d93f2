import { createHash } from "node:crypto";
import type { Attributes } from "../attributes";
import type { ResourceKind } from "../provider";
import { checkKnown, complete, diffInputs, isKnown, objects, refused, text } from "../stand-in";
import type { Values } from "../../wire/values";
import { dataOf, findContainer, imageVersion, runContainer, stopContainer } from "./server";

const fixed = { forceNew: true } as const;

/** As the provider has them: most of what a container is cannot be changed in place. */
const attributes: Attributes = {
  name: { required: true, ...fixed },
  image: { required: true, ...fixed },
  command: fixed,
  cpus: fixed,
  destroyGraceSeconds: {},
  envs: { ...fixed, set: true },
  healthcheck: fixed,
  labels: { ...fixed, set: true },
  memory: {},
  memorySwap: {},
  mustRun: { default: true },
  networksAdvanced: fixed,
  ports: fixed,
  restart: { default: "no" },
  shmSize: fixed,
  stopSignal: fixed,
  uploads: { ...fixed, set: true },
  volumes: fixed,
  wait: { default: false },
  waitTimeout: { default: 60 },
};

const outputsOf = (inputs: Values): Values => ({
  ...complete(attributes, inputs),
  networkDatas: objects(inputs["networksAdvanced"]).map(({ name }) => ({ networkName: name ?? "" })),
});

const idOf = (inputs: Values): string =>
  createHash("sha256")
    .update(`${text(inputs["name"])} ${text(inputs["image"])}`)
    .digest("hex");

/** A container of PostgreSQL: a server of this machine, on the container's port, with the volume's data. */
export const container = (directory: string): ResourceKind => {
  const run = async (inputs: Values): Promise<void> => {
    try {
      await runContainer(directory, inputs);
    } catch (error) {
      throw refused(`Container ${text(inputs["name"])}`, error);
    }
  };
  return {
    check: async (call) => {
      const checked = checkKnown("container", attributes, call);
      const image = checked.inputs["image"];
      if (isKnown(image)) imageVersion(text(image));
      if (call.olds !== undefined) await findContainer(directory, call.olds);
      return checked;
    },
    diff: async (call) => diffInputs(attributes, call),
    create: async ({ inputs }) => {
      await run(inputs);
      return { id: idOf(inputs), outputs: outputsOf(inputs) };
    },
    read: async ({ id, inputs, outputs }) => {
      if (!(await findContainer(directory, inputs))) return undefined;
      return { id, outputs };
    },
    update: async ({ inputs }) => {
      await run(inputs);
      return outputsOf(inputs);
    },
    delete: async ({ inputs }) => {
      dataOf(directory, inputs);
      await stopContainer(directory, inputs);
    },
  };
};
