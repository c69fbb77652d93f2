import { RehearsalError } from "../../rehearsal-error";
import type { Attributes } from "../attributes";
import { identifier, literal } from "../postgresql/quote";
import type { ResourceKind } from "../provider";
import { checkKnown, complete, diffInputs, text } from "../stand-in";
import type { Values } from "../../wire/values";
import { instanceDirectory, readInstance, type Instance } from "./instance-file";
import { asGoogle } from "./server";

const attributes: Attributes = {
  instance: { required: true, forceNew: true },
  name: { required: true, forceNew: true },
  project: { forceNew: true },
  type: { forceNew: true, default: "BUILT_IN", oneOf: ["BUILT_IN"] },
  password: {},
  deletionPolicy: { default: "DELETE", oneOf: ["DELETE", "ABANDON"] },
};

/** A user of an instance: what Google makes every one of them, which is no superuser. */
const ATTRIBUTES = "LOGIN CREATEDB CREATEROLE";

/** A user of an instance of Cloud SQL: a role of the server that stands for it. */
export const user = (directory: string): ResourceKind => {
  const instanceOf = (values: Values): Instance => {
    const [project, name] = [text(values["project"]), text(values["instance"])];
    const found = readInstance(instanceDirectory(directory, project, name));
    if (found !== undefined) return found;
    throw new RehearsalError("stand-in", `Error 404: the Cloud SQL instance ${name} does not exist.`);
  };
  const write = (values: Values): Promise<void> =>
    asGoogle(instanceOf(values), async (client) => {
      const name = identifier(text(values["name"]));
      const known = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [text(values["name"])]);
      if (known.rows.length === 0) await client.query(`CREATE ROLE ${name} IN ROLE cloudsqlsuperuser`);
      await client.query(`ALTER ROLE ${name} ${ATTRIBUTES} PASSWORD ${literal(text(values["password"]))}`);
    });
  const outputsOf = (inputs: Values): Values => ({ ...complete(attributes, inputs), host: "" });
  return {
    check: async (call) =>
      checkKnown("user of Cloud SQL", attributes, {
        ...call,
        news: { project: call.config["project"] ?? null, ...call.news },
      }),
    diff: async (call) => diffInputs(attributes, call),
    create: async ({ inputs }) => {
      await write(inputs);
      return { id: `${text(inputs["name"])}//${text(inputs["instance"])}`, outputs: outputsOf(inputs) };
    },
    read: async ({ id, inputs, outputs }) => {
      const name = text(inputs["name"]);
      const found = await asGoogle(instanceOf(inputs), (client) =>
        client.query("SELECT FROM pg_roles WHERE rolname = $1", [name]),
      );
      return found.rows.length === 0 ? undefined : { id, outputs };
    },
    update: async ({ inputs }) => {
      await write(inputs);
      return outputsOf(inputs);
    },
    delete: async ({ inputs }) => {
      if (text(inputs["deletionPolicy"]) === "ABANDON") return;
      await asGoogle(instanceOf(inputs), (client) =>
        client.query(`DROP ROLE IF EXISTS ${identifier(text(inputs["name"]))}`),
      );
    },
  };
};
