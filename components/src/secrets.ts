import * as pulumi from "@pulumi/pulumi";
import type { SecretReference } from "@rehome/topology";

/**
 * The secret that a stack file refers to. Throws a `RunError` when there is none, naming what it is for (`what`) and
 * the command that sets it.
 */
export const readSecret = (reference: SecretReference, what: string): pulumi.Output<string> => {
  if ("env" in reference) {
    const value = process.env[reference.env];
    if (value !== undefined && value !== "") return pulumi.secret(value);
    throw new pulumi.RunError(`${what} is missing: set the environment variable ${reference.env}.`);
  }
  const value = new pulumi.Config("rehome").getSecret(reference.config);
  if (value !== undefined) return value;
  throw new pulumi.RunError(
    `${what} is missing: set it with  pulumi config set --secret rehome:${reference.config} <password>`,
  );
};
