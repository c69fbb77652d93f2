import { quoted } from "./quoted";
import type { Placement } from "./schema/placement";

/** A part of a placement's name: as it is when plain, quoted and escaped when it holds a separator or white space. */
const part = (name: string): string => (/^[^\s\p{C}"./@]+$/u.test(name) ? name : quoted(name));

/** `shared/chiro_erp.core_schema`: one line, and different for different placements. */
export const placementName = ({ host, database, schema }: Placement): string =>
  `${part(host)}/${part(database)}.${part(schema)}`;

const PART = String.raw`("(?:[^"\\]|\\.)*"|[^\s"./@]+)`;
const NAME = new RegExp(`^${PART}/${PART}\\.${PART}$`, "u");

const unquoted = (text: string): string => (text.startsWith('"') ? (JSON.parse(text) as string) : text);

/** The inverse of `placementName`; undefined for what is no placement's name. */
export const parsePlacementName = (name: string): Placement | undefined => {
  const [, host, database, schema] = NAME.exec(name) ?? [];
  if (host === undefined || database === undefined || schema === undefined) return undefined;
  return { host: unquoted(host), database: unquoted(database), schema: unquoted(schema) };
};

/** Whether two placements are one: host, database and schema are compared by their names in the stack file. */
export const samePlacement = (one: Placement, other: Placement): boolean =>
  one.host === other.host && one.database === other.database && one.schema === other.schema;
