import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** What a preview's processes wrote to their folder, in the order of the file names; none where there is no folder. */
export const readTold = async (folder) => {
  if (!existsSync(folder)) return [];
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8"))));
};

const TITLE = /^ {8}- \[(mandatory|advisory)\] +(\S+) +\((.*)\)$/;
const BODY = /^ {10}(.*)$/;

/**
 * The policy violations that a preview shows, of Pulumi's and of a rehearsal's alike. They are read from the text: Pulumi's
 * event log, which has them as data, has every secret of the stack in plain text as well.
 */
export const readPolicies = (preview) => {
  const lines = stripVTControlCharacters(preview).split("\n");
  const begin = lines.indexOf("Policies:");
  const found = [];
  for (const line of begin < 0 ? [] : lines.slice(begin + 1)) {
    if (line !== "" && !line.startsWith("    ")) break;
    const [, level, policy, about] = TITLE.exec(line) ?? [];
    if (policy !== undefined)
      found.push({ level, policy, name: about.split(": ").slice(1).join(": "), message: [] });
    else found.at(-1)?.message.push(BODY.exec(line)?.[1] ?? "");
  }
  return found.map((one) => ({ ...one, message: one.message.join("\n").trim() }));
};
