import { placementName } from "../../naming";
import { blocker, type Check } from "../finding";

/** Bytes of a name that PostgreSQL keeps (`NAMEDATALEN` - 1); it cuts off the rest without a word that is seen. */
const LONGEST = 63;

/** Names and places that no move can go to. */
export const names: Check = ({ request: { from, to }, source, target }) => {
  const given = [
    ["schema", to.schema],
    ["database", to.database],
    ["role", to.owner],
  ] as const;
  const found = given
    .filter(([, name]) => Buffer.byteLength(name) > LONGEST)
    .map(([what, name]) =>
      blocker(
        "name-too-long",
        `${what} ${JSON.stringify(name)} has ${Buffer.byteLength(name)} bytes; PostgreSQL keeps ${LONGEST} of a name.`,
        "Choose a shorter name.",
      ),
    );
  if (/^pg_/.test(to.schema) || to.schema === "information_schema" || to.schema === "rehome") {
    const whose = to.schema === "rehome" ? "Rehome keeps for its journal" : "PostgreSQL keeps for itself";
    found.push(
      blocker(
        "reserved-name",
        `${JSON.stringify(to.schema)} is a schema that ${whose}.`,
        "Choose another schema.",
      ),
    );
  }
  const sameServer = target !== undefined && target.server.identity === source.server.identity;
  if (sameServer && from.database === to.database && from.schema === to.schema) {
    found.push(
      blocker(
        "same-placement",
        `${placementName(from)} and ${placementName(to)} are the same schema of the same server.`,
        "Name the place that the data is to go to.",
      ),
    );
  }
  return found;
};
