import { z } from "zod";
import { fields } from "./fields";

/** Where a password is, never the password: a secret of the stack's configuration or an environment variable. */
export const secretReference = z
  .union(
    [
      fields({
        config: z
          .string()
          .min(1)
          .describe(
            "Key of a secret in this stack's configuration: `pulumi config set --secret rehome:<key>`.",
          ),
      }),
      fields({
        env: z
          .string()
          .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
          .describe("Environment variable of the process that runs the program."),
      }),
    ],
    {
      error: "says where a password is, never the password itself: { config: <key> } or { env: <VARIABLE> }",
    },
  )
  .meta({
    id: "SecretReference",
    description: "Where a password is: { config: <key> } or { env: <VARIABLE> }.",
  });

/** `{ config: <key> }` or `{ env: <VARIABLE> }`: where a password is, never the password. */
export type SecretReference = z.output<typeof secretReference>;
