import { REFUSED } from "../environment";
import { at, list, text } from "../known";
import type { Judged, Rule } from "../rule";
import { TYPES, WORKLOADS } from "../types";

const missing = (container: unknown): string[] =>
  [
    ["requests", "cpu"],
    ["requests", "memory"],
    ["limits", "memory"],
  ].flatMap(([kind = "", what = ""]) =>
    at(container, "resources", kind, what) === undefined ? [`${kind}.${what}`] : [],
  );

const pods = ({ name, props }: Judged, path: readonly string[]): string[] =>
  list(props, ...path, "containers").flatMap((container) => {
    const lacking = missing(container);
    if (lacking.length === 0) return [];
    return [
      `Workload ${name}, container ${text(container, "name") ?? "?"}, has no ${lacking.join(", ")}: it is placed without ` +
        `regard to what it needs, and may take its node's memory from its neighbours. Write on the workload: ` +
        `requests: { cpu: 250m, memory: 256Mi } and limits: { memory: 512Mi }, with numbers of your own.`,
    ];
  });

const container = ({ name, props }: Judged): string[] => {
  if (at(props, "memory") !== undefined) return [];
  return [
    `Container ${name} may take all of its machine's memory: the kernel then ends whatever it likes, servers included. ` +
      `Write on the host: resources: { memory: 1g }, with a number of your own.`,
  ];
};

/** What runs says what it needs, and what it takes at most. */
export const limits: Rule = {
  name: "resource-limits",
  description: "Workloads and containers say what they need and what memory they take at most.",
  levels: { ...REFUSED, dev: "disabled" },
  resource: (resource) => {
    const path = WORKLOADS.get(resource.type);
    if (path !== undefined) return pods(resource, path);
    return resource.type === TYPES.container ? container(resource) : [];
  },
};
