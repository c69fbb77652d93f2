import { HOLD } from "../../ddl/scratch";
import { placementName } from "../../naming";
import { blocker, type Check } from "../finding";

/** Bytes of a name that PostgreSQL keeps (`NAMEDATALEN` - 1); it cuts off the rest without a word that is seen. */
const LONGEST = 63;

/** Schemas that the engine makes while it works. */
const OWN_SCHEMAS: ReadonlySet<string> = new Set(["rehome", HOLD]);

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
  const ours = [from.schema, to.schema].find((name) => OWN_SCHEMAS.has(name));
  if (/^pg_/.test(to.schema) || to.schema === "information_schema" || ours !== undefined) {
    const whose = ours === undefined ? "PostgreSQL" : "Rehome";
    found.push(
      blocker(
        "reserved-name",
        `${JSON.stringify(ours ?? to.schema)} is a schema that ${whose} keeps for itself.`,
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
