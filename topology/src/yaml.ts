import { quoted } from "./quoted";
import type { Placement } from "./schema/placement";

/** A text as a YAML scalar: plain where no reader takes it for something else, in double quotes otherwise. */
export function yamlScalar(text: string): string {
  const plain =
    /^[A-Za-z_][A-Za-z0-9_-]*$/.test(text) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text);
  return plain ? text : quoted(text);
}

/** `home: { host: shared, database: waqiti, schema: payment_schema }` */
export const yamlLine = (field: "home" | "next" | "formerly", placement: Placement): string =>
  `${field}: { host: ${yamlScalar(placement.host)}, database: ${yamlScalar(placement.database)}, schema: ${yamlScalar(placement.schema)} }`;
