import { rows } from "../sql/connect";
import { ident, qualified } from "../sql/quote";
import type { Run } from "../stages/run";
import { copyCommands, openPair } from "./copy-tables";
import { copyBetween } from "./wire";

/**
 * Replaces the rows of tables that cannot be followed, under the closed fence. Their triggers rest meanwhile, whatever
 * state each is in: a copy is no new event. One transaction a table.
 */
export async function recopyTables(run: Run, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const { request, source, target, inspection } = run;
  const leaves = await rows<{ name: string }>(
    source,
    `SELECT l.relname::text AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = $1
     CROSS JOIN LATERAL (SELECT c.oid AS relid UNION SELECT relid FROM pg_catalog.pg_partition_tree(c.oid)) t
     JOIN pg_catalog.pg_class l ON l.oid = t.relid AND l.relkind = 'r' WHERE c.relname = ANY ($2)`,
    [request.from.schema, names],
  );
  const triggers = await rows<{ table: string; name: string; state: string }>(
    target,
    `SELECT c.relname::text AS table, t.tgname::text AS name, t.tgenabled::text AS state FROM pg_catalog.pg_trigger t
     JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND NOT t.tgisinternal AND t.tgparentid = 0`,
    [request.to.schema],
  );
  const pair = await openPair(request.from, request.to, inspection.extensions);
  try {
    for (const { name } of leaves) {
      const table = inspection.relations.find((relation) => relation.name === name);
      if (table === undefined) continue;
      const home = qualified(request.to.schema, name);
      const own = triggers.filter((trigger) => trigger.table === name);
      const { out, into } = copyCommands(request.from, request.to, table);
      await pair.target.run(
        ["BEGIN", ...own.map((trigger) => `ALTER TABLE ${home} DISABLE TRIGGER ${ident(trigger.name)}`)].join(
          "; ",
        ),
      );
      await pair.target.run(`DELETE FROM ONLY ${home}`);
      // Only a table that is new in its transaction can be frozen.
      await copyBetween(
        pair.source,
        pair.target,
        { out, into: into.replace(", FREEZE)", ")") },
        () => undefined,
      );
      const enable = own
        .filter((trigger) => trigger.state !== "D")
        .map(
          (trigger) =>
            `ALTER TABLE ${home} ENABLE ${ENABLED[trigger.state] ?? ""} TRIGGER ${ident(trigger.name)}`,
        );
      await pair.target.run([...enable, "COMMIT"].join("; "));
    }
  } finally {
    pair.source.close();
    pair.target.close();
  }
}

const ENABLED: Readonly<Record<string, string>> = { A: "ALWAYS", R: "REPLICA" };
