import { randomInt } from "node:crypto";
import { LOCK } from "../journal/locks";
import { literal, qualified } from "../sql/quote";

/** The trigger's name on every fenced table; the catalog fingerprint and the dump leave it out. */
export const FENCE_TRIGGER = "rehome_fence";

/** The function of one fence. A fence has a function of its own, so that sealing it is seen by every snapshot. */
export function fenceFunction(key: number): string {
  return qualified("rehome", fenceFunctionName(key));
}

/** Its name without the schema. */
export function fenceFunctionName(key: number): string {
  return `fence_${key < 0 ? `m${-key}` : key}`;
}

const refusal = (target: string): string => `
  RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction',
    MESSAGE = format('table %I is fenced: its data is moving, or has moved, to %s', TG_RELNAME, ${literal(target)}),
    HINT = 'Connect to the new home; the stack''s outputs have its connection.';`;

/**
 * The armed fence. It lets writers pass while nobody holds the fence's lock exclusively, and notes which tables they
 * wrote to: an engine that dies lifts its fence with its session, and the next run knows what to copy again. A writer
 * keeps the shared lock to the end of its transaction, so whoever takes it exclusively has waited for all of them.
 * What is noted is noted once a round: a transaction's old snapshot still has the notes of a round that is over.
 */
export function armedFunctionSql(key: number, target: string): string {
  const round = randomInt(1, 2 ** 47);
  return triggerFunctionSql(
    key,
    `BEGIN
  IF pg_try_advisory_xact_lock_shared(${LOCK.fence}, ${key}) THEN
    INSERT INTO rehome.written (key, table_name, round) SELECT ${key}, TG_RELNAME, ${round}
      WHERE NOT EXISTS (SELECT FROM rehome.written w
        WHERE w.key = ${key} AND w.table_name = TG_RELNAME AND w.round = ${round});
    RETURN NULL;
  END IF;${refusal(target)}
END`,
  );
}

/** The sealed fence: nobody passes, whatever lives or dies. Function lookups ignore a transaction's old snapshot. */
export function sealedFunctionSql(key: number, target: string): string {
  return triggerFunctionSql(
    key,
    `BEGIN
  -- What arrives from the new home passes: it is how this one stays complete.
  IF EXISTS (SELECT FROM pg_stat_activity WHERE pid = pg_backend_pid() AND backend_type LIKE 'logical replication%') THEN
    RETURN NULL;
  END IF;${refusal(target)}
END`,
  );
}

/** The body goes as a literal: a target's name may hold whatever a dollar quote ends with. */
function triggerFunctionSql(key: number, body: string): string {
  return `CREATE OR REPLACE FUNCTION ${fenceFunction(key)}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog AS ${literal(body)}`;
}

/** Arms one table. Waits for the transactions that have written to it. */
export function armTableSql(schema: string, table: string, key: number): string {
  const name = qualified(schema, table);
  return (
    `CREATE TRIGGER ${FENCE_TRIGGER} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${name} ` +
    `FOR EACH STATEMENT EXECUTE FUNCTION ${fenceFunction(key)}(); ` +
    `ALTER TABLE ${name} ENABLE ALWAYS TRIGGER ${FENCE_TRIGGER}`
  );
}

export function disarmTableSql(schema: string, table: string): string {
  return `DROP TRIGGER IF EXISTS ${FENCE_TRIGGER} ON ${qualified(schema, table)}`;
}
