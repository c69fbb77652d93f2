import { z } from "zod";
import { quoted } from "../quoted";

/** Longest name of a Deployment, so that what is named after it still fits: its pooler, its content's hash. */
export const MAX_WORKLOAD_NAME = 40;

const LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** A name that Kubernetes takes for every kind of object: small letters, digits and "-", beginning with a letter. */
export const kubernetesName = (longest = 63) =>
  z
    .string()
    .max(longest)
    .regex(LABEL, {
      error: (issue) =>
        `${quoted(String(issue.input))} is not a Kubernetes name; small letters, digits and "-", beginning with a letter`,
    });

/** An environment variable's name. */
export const variableName = () =>
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
    error: (issue) =>
      `${quoted(String(issue.input))} is not an environment variable's name; letters, digits and "_"`,
  });

/** A container image. */
export const image = (example: string) =>
  z
    .string()
    .regex(/^[^\s]+$/, { error: "is not an image's name; no spaces in it" })
    .describe(`Container image with its tag or digest: ${example}.`);
