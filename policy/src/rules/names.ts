import { ADVICE } from "../environment";
import { text } from "../known";
import type { Rule } from "../rule";
import { HOST_COMPONENT, TYPES } from "../types";

/** PostgreSQL cuts off what is longer, silently. */
const MOST_BYTES = 63;
const SNAKE = /^[a-z][a-z0-9_]*$/;
const HOST = /^[a-z][a-z0-9_-]*$/;

const KINDS: ReadonlyMap<string, string> = new Map([
  [TYPES.role, "Role"],
  [TYPES.database, "Database"],
  [TYPES.schema, "Schema"],
]);

const troubles = (kind: string, name: string, allowed: RegExp): string[] => {
  const bytes = new TextEncoder().encode(name).length;
  return [
    ...(allowed.test(name)
      ? []
      : [
          `${kind} "${name}" is not in lower case with underscores: it has to be quoted in every statement, and whoever ` +
            `forgets to reaches another one. Write ${suggestion(name)}.`,
        ]),
    ...(bytes > MOST_BYTES
      ? [
          `${kind} "${name}" is ${bytes} bytes long; PostgreSQL keeps ${MOST_BYTES} and cuts the rest off silently. Shorten it.`,
        ]
      : []),
  ];
};

const suggestion = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .replace(/^(?=\d)/, "n") || "another name";

/** Names that need no quotes. */
export const names: Rule = {
  name: "names",
  description:
    "Roles, databases and schemas are snake_case, hosts too or with dashes, all of 63 bytes at most.",
  levels: ADVICE,
  resource: ({ type, name, props }) => {
    if (HOST_COMPONENT.test(type)) return troubles("Host", name, HOST);
    const kind = KINDS.get(type);
    const given = text(props, "name");
    return kind === undefined || given === undefined ? [] : troubles(kind, given, SNAKE);
  },
};
