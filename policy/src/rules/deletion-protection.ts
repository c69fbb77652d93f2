import { REFUSED } from "../environment";
import { claims, hostOf } from "../hosts";
import { at, UNKNOWN } from "../known";
import type { Judged, Rule, Violation } from "../rule";
import { TYPES } from "../types";

const unprotected = ({ props }: Judged): boolean =>
  ![true, UNKNOWN].some((fine) => at(props, "deletionProtection") === fine);

/** What holds data that somebody still needs cannot be deleted. */
export const deletionProtection: Rule = {
  name: "deletion-protection",
  description: "An instance cannot be deleted while it holds a home, or a former home that is not retired.",
  levels: REFUSED,
  stack: (resources) => {
    const held = claims(resources);
    return resources
      .filter((one) => one.type === TYPES.cloudSql && unprotected(one))
      .flatMap((instance): Violation[] => {
        const host = hostOf(instance) ?? instance.name;
        const [claim] = held.filter((one) => one.host === host);
        if (claim === undefined) return [];
        const what = `the ${claim.field} of ${claim.dataset}`;
        const message =
          `Instance ${instance.name} may be deleted while it holds ${what}: one wrong edit or click, and the data is gone. ` +
          `Write on host ${host}: deletionProtection: true (the default), until its last dataset has been retired from it.`;
        return [{ urn: instance.urn, message }];
      });
  },
};
