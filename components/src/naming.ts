import type { Placement } from "@rehome/topology";

/** What separates the parts of a logical name, what breaks a line, and the escape itself. */
const SPECIAL = /[@/.:%\p{Cc}]/gu;

/** Percent-encodes what separates the parts of a logical name or breaks a line; all else stays readable. */
export const encodePart = (text: string): string =>
  text.replace(
    SPECIAL,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );

/** The inverse of `encodePart`. */
export const decodePart = (text: string): string =>
  text.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** `shared/chiro_erp`: the logical name of a database. */
export const databaseName = (host: string, database: string): string =>
  `${encodePart(host)}/${encodePart(database)}`;

/** `shared/chiro_erp.core_schema`: the logical name of a schema. */
export const schemaName = (placement: Placement): string =>
  `${databaseName(placement.host, placement.database)}.${encodePart(placement.schema)}`;

/** `core_user@shared`: the logical name of what a role or service (`who`) has on a host. */
export const onHost = (who: string, host: string): string => `${encodePart(who)}@${encodePart(host)}`;

/** The inverse of `onHost`; undefined for any other name. */
export const decodeOnHost = (name: string): { readonly who: string; readonly host: string } | undefined => {
  const [, who, host] = /^([^@/.:]+)@([^@/.:]+)$/.exec(name) ?? [];
  return who === undefined || host === undefined
    ? undefined
    : { who: decodePart(who), host: decodePart(host) };
};

/** `core_user@shared/chiro_erp`: the logical name of what a role or service has in a database. */
export const inDatabase = (who: string, host: string, database: string): string =>
  `${encodePart(who)}@${databaseName(host, database)}`;

/** `core@shared/chiro_erp.core_schema`: the logical name of what a role or service has in a schema. */
export const inSchema = (who: string, placement: Placement): string =>
  `${encodePart(who)}@${schemaName(placement)}`;

/** What a logical name speaks of. */
export interface Named {
  readonly who?: string;
  readonly host: string;
  readonly database: string;
  readonly schema?: string;
}

const NAME = /^(?:([^@/.:]+)@)?([^@/.:]+)\/([^@/.:]+)(?:\.([^@/.:]+))?$/;

/** Reads back a logical name of a database or of a schema, with or without who; undefined for any other. */
export const decodeName = (name: string): Named | undefined => {
  const [, who, host, database, schema] = NAME.exec(name) ?? [];
  if (host === undefined || database === undefined) return undefined;
  return {
    ...(who === undefined ? {} : { who: decodePart(who) }),
    host: decodePart(host),
    database: decodePart(database),
    ...(schema === undefined ? {} : { schema: decodePart(schema) }),
  };
};
