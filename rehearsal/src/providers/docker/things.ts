import { removeCluster } from "@rehome/postgres";
import type { Attributes } from "../attributes";
import type { ResourceKind } from "../provider";
import { checkKnown, complete, diffInputs, text } from "../stand-in";
import type { Values } from "../../wire/values";
import { imageVersion, volumeDirectory } from "./server";

const thing = (
  what: string,
  attributes: Attributes,
  made: (inputs: Values) => { readonly id: string; readonly outputs: Values },
  remove: (outputs: Values) => Promise<void> = () => Promise.resolve(),
): ResourceKind => ({
  check: async (call) => checkKnown(what, attributes, call),
  diff: async (call) => diffInputs(attributes, call),
  create: async ({ inputs }) => made(complete(attributes, inputs)),
  read: async ({ id, outputs }) => ({ id, outputs }),
  update: async ({ inputs }) => made(complete(attributes, inputs)).outputs,
  delete: ({ outputs }) => remove(outputs),
});

/** An image is what is installed here; its id says which one was asked for. */
export const remoteImage = thing(
  "image",
  { name: { required: true, forceNew: true }, keepLocally: { default: false } },
  (inputs) => {
    const name = text(inputs["name"]);
    imageVersion(name);
    return { id: name, outputs: { ...inputs, imageId: name, repoDigest: name } };
  },
);

/** There is one network here. */
export const network = thing("network", { name: { required: true, forceNew: true } }, (inputs) => ({
  id: text(inputs["name"]),
  outputs: { ...inputs, driver: "bridge" },
}));

/** A volume: the data directory of the server that the container becomes. */
export const volume = (directory: string): ResourceKind =>
  thing(
    "volume",
    { name: { required: true, forceNew: true } },
    (inputs) => {
      const name = text(inputs["name"]);
      return {
        id: name,
        outputs: { ...inputs, driver: "local", mountpoint: volumeDirectory(directory, name) },
      };
    },
    ({ name }) => removeCluster(volumeDirectory(directory, text(name))),
  );
