import { resolve } from "node:path";
import type { Values } from "../../wire/values";
import type { ProviderPackage } from "../provider";
import { cluster } from "./api/cluster";
import { loadKubeconfig } from "./api/kubeconfig";
import { defineKind } from "./define";
import { KNOWN_KINDS } from "./known-kinds";
import type { Place } from "./place";
import { renderer } from "./render";

/** Where manifests are kept. */
export interface KubernetesOptions {
  /** The program's folder: what paths are relative to. */
  readonly directory: string;
  readonly project: string;
  readonly stack: string;
  /** The path of a kubeconfig to apply them by; absent: they are rendered. */
  readonly kubeconfig?: string;
}

/**
 * Stands in for Pulumi's Kubernetes provider: writes manifests to the folder that the program names, or to one of its own
 * in place of the cluster that the program names. A rehearsal touches a cluster only where it is told which: never the
 * program's own.
 */
export const kubernetes = (options: KubernetesOptions): ProviderPackage => {
  const { directory, project, stack, kubeconfig } = options;
  const places = new Map<string, Place>();
  const placeOf = (config: Values): Place => {
    const given = config["renderYamlToDirectory"];
    const rendered = typeof given === "string" && given !== "";
    const applied = !rendered && kubeconfig !== undefined;
    const own = [".rehome", project, stack, "manifests"].map((step) => step.replace(/[/\\]/g, "_"));
    const folder = resolve(directory, ...(rendered ? [given] : own));
    const key = applied ? `cluster ${kubeconfig}` : folder;
    const place = places.get(key) ?? (applied ? cluster(loadKubeconfig(kubeconfig)) : renderer(folder));
    places.set(key, place);
    return place;
  };
  return {
    name: "kubernetes",
    kind: (type) => {
      const known = KNOWN_KINDS[type];
      return known === undefined ? undefined : defineKind(known, placeOf);
    },
  };
};
