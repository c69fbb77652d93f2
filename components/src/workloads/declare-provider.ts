import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesSpec } from "@rehome/topology";
import { defaultDirectory } from "../hosts/local-host";
import { readSecret } from "../secrets";
import { sdk } from "./sdk";

/**
 * How the stack's manifests reach their cluster: by its kubeconfig where the stack file names one or a context, else they
 * are rendered to a folder. Never by whatever context kubectl happens to have.
 */
export const declareProvider = (
  { context, kubeconfig, renderTo }: KubernetesSpec,
  parent: pulumi.Resource,
): kubernetes.Provider => {
  const folder = renderTo ?? defaultDirectory(pulumi.getProject(), pulumi.getStack(), "manifests");
  const clustered = context !== undefined || kubeconfig !== undefined;
  return new (sdk().Provider)(
    "kubernetes",
    clustered
      ? {
          ...(context === undefined ? {} : { context }),
          ...(kubeconfig === undefined ? {} : { kubeconfig: readSecret(kubeconfig, "The kubeconfig") }),
        }
      : { renderYamlToDirectory: folder, kubeconfig: "" }, // not KUBECONFIG's, which differs between machines
    { parent },
  );
};
