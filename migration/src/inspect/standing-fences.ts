import type pg from "pg";
import { findFence } from "../fence/fence";
import { FENCE_TRIGGER, fenceFunctionName } from "../fence/fence-sql";
import { placementName } from "../naming";
import { rows } from "../sql/connect";
import { NAMED_SCHEMA, ownRelation } from "./own-rows";
import type { Endpoint } from "../types";

/** A fence that is no part of this dataset's move from here. */
export interface StandingFence {
  readonly dataset: string;
  /** Where that dataset goes, or has gone. */
  readonly target: string;
  readonly sealed: boolean;
  /** Its tables; empty: the schema. */
  readonly tables: readonly string[];
}

/** Fences of others around tables of a schema, and the dataset's own when it says that the data has gone elsewhere. */
export async function standingFences(
  client: pg.Client,
  { dataset, from, to }: { readonly dataset: string; readonly from: Endpoint; readonly to: Endpoint },
): Promise<StandingFence[]> {
  const own = await findFence(client, dataset, from.schema);
  const gone = own?.sealed === true && own.target !== placementName(to);
  const armed = await rows<{ table: string; function: string }>(
    client,
    `WITH ${ownRelation(NAMED_SCHEMA)}
     SELECT c.relname::text AS table, p.proname::text AS function FROM pg_catalog.pg_trigger t
     JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
     JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
     JOIN pg_catalog.pg_namespace f ON f.oid = p.pronamespace AND f.nspname = 'rehome' WHERE c.oid IN (SELECT oid FROM own_relation) AND t.tgname = $2 ORDER BY 1`,
    [from.schema, FENCE_TRIGGER],
  );
  const others = armed.filter((row) => own === undefined || row.function !== fenceFunctionName(own.key));
  const fences = others.length === 0 ? [] : await rows<Named>(client, FENCES);
  return [
    ...(gone ? [{ dataset, target: own.target, sealed: true, tables: [] }] : []),
    ...fences.flatMap(({ key, ...fence }) => {
      const names = others.filter((row) => row.function === fenceFunctionName(key)).map((row) => row.table);
      return names.length === 0 ? [] : [{ ...fence, tables: names }];
    }),
  ];
}

/** Of fences, what touches these tables. */
export const fencesAround = (names: ReadonlySet<string>, fences: readonly StandingFence[]): StandingFence[] =>
  fences.flatMap(({ tables, ...fence }) => {
    const touched = tables.filter((name) => names.has(name));
    return tables.length > 0 && touched.length === 0 ? [] : [{ ...fence, tables: touched }];
  });

const FENCES = "SELECT key, dataset, target, sealed FROM rehome.fence ORDER BY dataset";

interface Named extends Omit<StandingFence, "tables"> {
  readonly key: number;
}
