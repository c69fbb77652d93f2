import { z } from "zod";
import { parseServerUrl } from "../../server-url";
import { fields } from "../fields";
import { secretReference } from "../secret-reference";

/** Someone else's server, by URL. */
export const existingHost = fields({
  platform: z.literal("existing").describe("Someone else's server."),
  url: z
    .string()
    .check((context) => {
      const { trouble } = parseServerUrl(context.value);
      if (trouble === undefined) return;
      const { code, message } = trouble;
      context.issues.push({ code: "custom", message, input: undefined, params: { code } });
    })
    .describe("postgres://<admin>@<host>[:5432][/<database>][?sslmode=…&sslrootcert=…], without a password."),
  password: secretReference.exactOptional().describe("The administrator's password. Default: none is sent."),
  manage: z
    .boolean()
    .default(false)
    .describe(
      "true: Rehome declares databases, schemas and roles there. Default: false, they are taken as found.",
    ),
  dropRetired: z
    .boolean()
    .default(false)
    .describe("true: a retired home is dropped. Default: false, it is left, fenced."),
}).meta({ id: "ExistingHost", description: "A PostgreSQL server that someone else runs, reached by URL." });
