import type { Placement } from "./model";

const PART = String.raw`("(?:[^"\\]|\\.)*"|[^\s"./@]+)`;
const NAME = new RegExp(`^${PART}/${PART}\\.${PART}$`, "u");

const unquoted = (part: string): string => (part.startsWith('"') ? (JSON.parse(part) as string) : part);

/** The placement that a name such as `shared/chiro_erp.core_schema` is of; undefined when it is none. */
export function parsePlacement(name: string): Placement | undefined {
  const [, host, database, schema] = NAME.exec(name) ?? [];
  if (host === undefined || database === undefined || schema === undefined) return undefined;
  return { host: unquoted(host), database: unquoted(database), schema: unquoted(schema) };
}

export const samePlacement = (a: Placement, b: Placement): boolean =>
  a.host === b.host && a.database === b.database && a.schema === b.schema;

/** What does not show, or turns the direction of what follows, or would end a part. */
const plain = /^[^\s\p{C}"./@]+$/u;
const part = (name: string): string => (plain.test(name) ? name : JSON.stringify(name));

/** A placement's name, as plans and the journal write it. */
export const placementName = ({ host, database, schema }: Placement): string =>
  `${part(host)}/${part(database)}.${part(schema)}`;
