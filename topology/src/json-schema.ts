import { z } from "zod";
import { topology } from "./schema/topology";

/** A stack's file, `Pulumi.<stack>.yaml`: Pulumi's own keys are left to Pulumi. */
const stackFile = z
  .looseObject({
    config: z
      .looseObject({ "rehome:topology": topology.exactOptional() })
      .exactOptional()
      .describe("The stack's configuration."),
  })
  .meta({ title: "Rehome stack file", description: "Pulumi.<stack>.yaml of a Rehome program." });

/** The JSON Schema (draft 7, what editors read) of a whole `Pulumi.<stack>.yaml`. */
export function jsonSchema(): object {
  return z.toJSONSchema(stackFile, { io: "input", target: "draft-7" });
}
