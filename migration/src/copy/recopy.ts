import { rows } from "../sql/connect";
import { ident, qualified } from "../sql/quote";
import type { Run } from "../stages/run";
import { copyCommands, openPair } from "./copy-tables";
import { closeWires, copyBetween } from "./wire";

/**
 * Replaces the rows of tables that cannot be followed, under the closed fence. As on a replica, no trigger fires, no
 * foreign key is asked and none acts: a copy is no new event, and what refers to these rows is here already. One
 * transaction a table.
 */
export async function recopyTables(run: Run, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const { request, source, target, inspection } = run;
  const leaves = await rows<{ name: string }>(source, LEAVES, [request.from.schema, names]);
  const triggers = await rows<Trigger>(target, ON_REPLICAS, [request.to.schema]);
  const pair = await openPair(request.from, request.to, inspection.extensions);
  try {
    await pair.target.run("SET session_replication_role = replica");
    for (const { name } of leaves) {
      const table = inspection.relations.find((relation) => relation.name === name);
      if (table === undefined) continue;
      const home = qualified(request.to.schema, name);
      const own = triggers.filter((trigger) => trigger.table === name);
      const set = (to: (trigger: Trigger) => string): string[] =>
        own.map((trigger) => `ALTER TABLE ${home} ${to(trigger)} TRIGGER ${ident(trigger.name)}`);
      const { out, into } = copyCommands(request.from, request.to, table);
      await pair.target.run(["BEGIN", ...set(() => "DISABLE"), `DELETE FROM ONLY ${home}`].join("; "));
      await copyBetween(pair.source, pair.target, { out: [out], into: [into] }, () => undefined);
      const enable = set(({ state }) => `ENABLE ${state === "A" ? "ALWAYS" : "REPLICA"}`);
      await pair.target.run([...enable, "COMMIT"].join("; "));
    }
  } finally {
    closeWires(pair);
  }
}

interface Trigger {
  readonly table: string;
  readonly name: string;
  readonly state: "A" | "R";
}

/** The tables that hold the rows of those named. */
const LEAVES = `
  SELECT l.relname::text AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = $1
  CROSS JOIN LATERAL (SELECT c.oid AS relid UNION SELECT relid FROM pg_catalog.pg_partition_tree(c.oid)) t
  JOIN pg_catalog.pg_class l ON l.oid = t.relid AND l.relkind = 'r' WHERE c.relname = ANY ($2)`;

/** Triggers that fire on a replica too. */
const ON_REPLICAS = `
  SELECT c.relname::text AS table, t.tgname::text AS name, t.tgenabled::text AS state FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND NOT t.tgisinternal AND t.tgenabled IN ('A', 'R')`;
