import { codeSql } from "./code";
import { namesSql } from "./names";
import { partitionsSql } from "./partitions";
import { tablesSql } from "./tables";
import { typesSql } from "./types";

/** A schema with every kind of object that one may hold, and rows. `schema` as it is written in SQL. */
export const legacySql = (schema: string): string =>
  [
    typesSql(schema),
    tablesSql(schema),
    partitionsSql(),
    codeSql(schema),
    namesSql(),
    "REFRESH MATERIALIZED VIEW z_totals; REFRESH MATERIALIZED VIEW a_of_totals",
  ].join("\n");
