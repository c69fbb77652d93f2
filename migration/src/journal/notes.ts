import type pg from "pg";
import type { SequenceState } from "../inspect/sequences";
import type { Finding, Plan } from "../types";

/** Where a sequence stood in both homes when they were compared. */
export interface SequenceVerification {
  readonly name: string;
  readonly source: SequenceState;
  /** Undefined where it is missing. */
  readonly target: SequenceState | undefined;
  readonly equal: boolean;
}

/**
 * Notes that an attempt began, so long ago, and what its plan found. A run that only looks at a home that follows by
 * itself is no attempt.
 */
export async function recordAttempt(
  client: pg.Client,
  id: string,
  { because, findings }: Pick<Plan, "because" | "findings">,
  secondsAgo: number,
): Promise<void> {
  await client.query(
    `INSERT INTO rehome.event (migration, at, stage, message)
     SELECT $1, pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => $2), 'inspect', $3
     WHERE coalesce((SELECT stage FROM rehome.event WHERE migration = $1 ORDER BY at DESC LIMIT 1), '')
       NOT IN ('inspect', 'follow')`,
    [id, secondsAgo, because],
  );
  await recordFindings(client, id, findings);
}

async function recordFindings(client: pg.Client, id: string, findings: readonly Finding[]): Promise<void> {
  await client.query("DELETE FROM rehome.finding WHERE migration = $1 AND ordinal >= $2", [
    id,
    findings.length,
  ]);
  if (findings.length === 0) return;
  await client.query(
    `INSERT INTO rehome.finding (migration, ordinal, code, level, message, remedy)
     SELECT $1, f.* FROM jsonb_to_recordset($2::jsonb) AS f(ordinal int, code text, level text, message text, remedy text)
     ON CONFLICT (migration, ordinal) DO UPDATE
       SET code = excluded.code, level = excluded.level, message = excluded.message, remedy = excluded.remedy`,
    [id, JSON.stringify(findings.map((finding, ordinal) => ({ ordinal, ...finding })))],
  );
}

/** Notes that an error has ended an attempt. */
export async function recordStop(client: pg.Client, id: string, message: string): Promise<void> {
  await client.query(
    `WITH stopped AS (UPDATE rehome.migration SET error = $2 WHERE id = $1)
     INSERT INTO rehome.event (migration, stage, message) VALUES ($1, 'stopped', $2)`,
    [id, message],
  );
}

/** Replaces what was noted of a migration's sequences. To be called in a transaction. */
export async function recordSequences(
  client: pg.Client,
  id: string,
  sequences: readonly SequenceVerification[],
): Promise<void> {
  await client.query("DELETE FROM rehome.verified_sequence WHERE migration = $1", [id]);
  const noted = sequences.map(({ name, source, target, equal }) => ({
    name,
    source: source.lastValue,
    target: target?.lastValue ?? null,
    equal,
  }));
  await client.query(
    `INSERT INTO rehome.verified_sequence (migration, sequence_name, source_value, target_value, equal)
     SELECT $1, s.* FROM jsonb_to_recordset($2::jsonb) AS s(name text, source numeric, target numeric, equal boolean)`,
    [id, JSON.stringify(noted)],
  );
}
