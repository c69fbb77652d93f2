import { fields } from "./fields";
import { nameTemplate } from "./names";

/** host + database + schema: where a dataset lives. */
export const placement = fields({
  host: nameTemplate().describe(
    "Name of one of this stack's hosts. `{tenant}` is allowed in forEachTenant datasets.",
  ),
  database: nameTemplate().describe("Database, at most 63 bytes, any characters. `{tenant}` as above."),
  schema: nameTemplate().describe("Schema, at most 63 bytes, any characters. `{tenant}` as above."),
}).meta({ id: "Placement", description: "Where a dataset lives: host + database + schema." });

/** Where a dataset lives. */
export interface Placement {
  readonly host: string;
  readonly database: string;
  readonly schema: string;
}
