import { z } from "zod";
import { fields } from "../fields";

/** A host of another stack, as that one hands it out. */
export const stackHost = fields({
  platform: z.literal("stack").describe("A server that another stack declares."),
  stack: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+){0,2}$/, {
      error: "is not a stack's name; for example dev, shop/dev or organization/shop/dev",
    })
    .describe("The other stack: organization/project/stack, as pulumi stack ls shows it."),
  host: z.string().min(1).exactOptional().describe("Its host there. Default: this host's own name."),
  output: z
    .string()
    .min(1)
    .default("hosts")
    .describe("The other stack's secret output with its hosts' connections. Default: hosts."),
  dropRetired: z
    .boolean()
    .default(false)
    .describe("true: a retired home is dropped. Default: false, it is left, fenced."),
}).meta({
  id: "StackHost",
  description: "A host of another stack, reached as its administrator by that stack's output. Used as found.",
});
