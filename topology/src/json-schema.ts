import { z } from "zod";
import { topology } from "./schema/topology";

/** What `pulumi config set` may have written of a yes or no. */
const flag = z.union([z.boolean(), z.enum(["true", "false"])]);

/** Rehome's own keys of a stack's configuration. Secrets that the topology refers to (`rehome:<key>`) stand beside them. */
const configuration = z
  .looseObject({
    "rehome:topology": topology
      .exactOptional()
      .describe(
        "Where each service's data lives. Default: none; the program that reads it says that it is missing.",
      ),
    "rehome:destroyData": flag
      .exactOptional()
      .describe(
        "true: what still holds data may be deleted with its lines or its stack. Take it out again afterwards. Default: false.",
      ),
    "rehome:passwordRotation": z
      .union([z.string(), z.number()])
      .exactOptional()
      .describe(
        "Any text; when it changes, every generated password is drawn anew: 2026-11. Default: none, passwords stay.",
      ),
    "rehearsal:kubernetes": z
      .enum(["render", "apply"])
      .exactOptional()
      .describe(
        "apply: rehearsals apply manifests to the cluster of KUBECONFIG. render: they write them to a folder. Default: render.",
      ),
  })
  .describe("The stack's configuration.");

/** A stack's file, `Pulumi.<stack>.yaml`: Pulumi's own keys are left to Pulumi. */
const stackFile = z
  .looseObject({ config: configuration.exactOptional() })
  .meta({ title: "Rehome stack file", description: "Pulumi.<stack>.yaml of a Rehome program." });

/** The JSON Schema (draft 7, what editors read) of a whole `Pulumi.<stack>.yaml`. */
export function jsonSchema(): object {
  return z.toJSONSchema(stackFile, { io: "input", target: "draft-7" });
}
