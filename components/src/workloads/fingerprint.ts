import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/**
 * The short name of a content: the same for the same one, another for any other. Made with a key that only the stack's
 * state has, because names are no secret and a password could be guessed at from a plain hash of it.
 */
const fingerprint = (key: string, content: unknown): string =>
  createHmac("sha256", key).update(JSON.stringify(content)).digest("hex").slice(0, 10);

/** The stack's key for fingerprints. Secret. */
export const declareKey = (parent: pulumi.Resource): pulumi.Output<string> =>
  new random.RandomPassword(
    "kubernetes",
    { length: 32, special: false },
    { parent, additionalSecretOutputs: ["result"] },
  ).result;

/** The fingerprint of a content that is known later. No secret, whatever the content is. */
export const fingerprintOf = (
  key: pulumi.Output<string>,
  content: pulumi.Input<unknown>,
): pulumi.Output<string> =>
  pulumi.unsecret(pulumi.all([key, content]).apply(([secret, known]) => fingerprint(secret, known)));
