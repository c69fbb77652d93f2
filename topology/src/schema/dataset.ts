import { z } from "zod";
import { fields } from "./fields";
import { identifier } from "./names";
import { placement } from "./placement";

/** The fields that say where data lives; a service with one dataset has them itself. */
export const whereabouts = {
  home: placement.describe("Where the data lives. Changing it moves the data there (with `formerly`)."),
  next: placement
    .exactOptional()
    .describe("The home being prepared. Absent: none. Take it out again to abandon the preparation."),
  formerly: placement
    .exactOptional()
    .describe("The home the data came from, kept until this line is deleted. Absent: none."),
  startEmpty: z
    .boolean()
    .default(false)
    .describe("true: a changed home begins empty and no data is moved. Default: false."),
  tables: z
    .array(identifier())
    .min(1)
    .exactOptional()
    .describe(
      "The tables that move, by name or pattern (`*` any letters, `?` one). Default: the whole schema.",
    ),
};

/** A chosen part of a service's data, moved as one. */
export const dataset = fields({
  ...whereabouts,
  forEachTenant: z
    .boolean()
    .default(false)
    .describe("true: one dataset for each of `tenants`, `{tenant}` replaced in host, database and schema."),
}).meta({
  id: "Dataset",
  description: "A part of a service's data that moves as one, once or for each tenant.",
});

export type DatasetSpec = z.output<typeof dataset>;
