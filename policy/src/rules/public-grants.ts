import { REFUSED } from "../environment";
import { text, texts } from "../known";
import type { Judged, Rule } from "../rule";
import { TYPES } from "../types";

/** Extensions live in `public`, and to use a schema is not to read what is in it. */
const harmless = (props: Judged["props"]): boolean =>
  text(props, "objectType") === "schema" &&
  text(props, "schema") === "public" &&
  texts(props, "privileges").every((one) => one.toUpperCase() === "USAGE");

/** Nothing is everybody's. */
export const publicGrants: Rule = {
  name: "no-grant-to-public",
  description: "PUBLIC, which is every role there is and will be, is granted nothing.",
  levels: REFUSED,
  resource: ({ type, name, props }) => {
    if (type !== TYPES.grant && type !== TYPES.defaultPrivileges) return [];
    const granted = texts(props, "privileges");
    if (text(props, "role")?.toLowerCase() !== "public" || granted.length === 0 || harmless(props)) return [];
    const where = text(props, "schema") ?? text(props, "database") ?? "the server";
    return [
      `${name} grants ${granted.join(", ")} in ${where} to PUBLIC: every service of the server has it, and every role made ` +
        `later. Name those who need it: readers: [<role>] on the service whose tables they read.`,
    ];
  },
};
