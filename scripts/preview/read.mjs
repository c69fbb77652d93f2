import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What a preview's processes wrote to their folder, in the order of the file names; none where there is no folder. */
export const readTold = async (folder) => {
  if (!existsSync(folder)) return [];
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8"))));
};

const nameOf = (urn) => urn.split("::").slice(3).join("::");

/** The policy violations of an event log (`pulumi preview --event-log`), each once. */
export const readPolicies = (log) => {
  const events = log
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line).policyEvent);
  const found = events.flatMap((event) => {
    if (event === undefined) return [];
    const { policyName: policy, enforcementLevel: level, resourceUrn = "", message } = event;
    // Pulumi puts its colours in, and the rule's description before what was found.
    const plain = message.replace(/<\{%[^%]*%\}>/g, "").trim();
    return [{ policy, level, name: nameOf(resourceUrn), message: plain }];
  });
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
};
