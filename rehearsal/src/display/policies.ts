import type { PolicyEvent } from "../events";
import { displayType, parseUrn } from "../wire/urn";

const NAMES = { mandatory: 0, advisory: 1 } as const;

/** What policies found, by pack, what forbids the update first: as Pulumi shows it. */
export const renderPolicies = (found: readonly PolicyEvent[]): string[] => {
  if (found.length === 0) return [];
  const packs = new Map<string, PolicyEvent[]>();
  for (const one of found) {
    const title = `${one.pack.name}@v${one.pack.version} (local: ${one.pack.path})`;
    packs.set(title, [...(packs.get(title) ?? []), one]);
  }
  const lines = [...packs].flatMap(([title, events]) => {
    const sign = events.some(({ level }) => level === "mandatory") ? "❌" : "⚠️";
    const sorted = [...events].sort((a, b) => NAMES[a.level] - NAMES[b.level]);
    const entries = sorted.flatMap(({ level, policy, urn, description, message }) => {
      const { type, name } = parseUrn(urn);
      const about = [description, ...message.split("\n")].map((line) => `          ${line}`);
      return [`        - [${level}]  ${policy}  (${displayType(type)}: ${name})`, ...about];
    });
    return [`    ${sign} ${title}`, ...entries];
  });
  return ["Policies:", ...lines, ""];
};
