import { copyCommands, copyRefused, intoEmpty } from "../copy/copy-tables";
import type { Pace } from "../copy/pace";
import { closeWires, copyBetween, openWires, type Pair, type Wire } from "../copy/wire";
import { RehomeError } from "../errors";
import { placementName } from "../naming";
import { ident, literal, qualified } from "../sql/quote";
import { snapshotSql } from "../sql/snapshot";
import type { Endpoint } from "../types";
import type { Part, Range } from "./split";
import type { Terms } from "./share";

/** What a stream copies from, to, and for which migration. */
export interface Stream extends Pair {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly migration: string;
  /** Whoever opens the copy to others draws a new one; the journal's says which copy is open. */
  readonly token: string;
  readonly terms: Terms;
  /** Who it is, as the journal has it. */
  readonly worker: string;
}

/**
 * A session whose peer is gone is ended by its server within half a minute, also with an answer under way: what it has
 * claimed is free again. In the old home it would end that of a peer too who takes no rows for as long, as it is to when
 * the copy is held.
 */
const WATCHED = "SET tcp_user_timeout = 30000";

/** The name of the sessions that write a migration's shares. */
export const sessionName = (migration: string): string => `rehome share ${migration}`;

/** Opens a stream's two sessions. Its errors are those of `open`. */
export async function openStream(
  about: Omit<Stream, "source" | "target">,
): Promise<Stream & { readonly pid: number }> {
  const { from, to, terms, migration } = about;
  const name = literal(sessionName(migration));
  const pair = await openWires(from, to, {
    source: [`SET search_path = ${terms.from.path}`],
    target: [
      `${WATCHED}; SET application_name = ${name}; SET search_path = ${terms.to.path}; SET synchronous_commit = off`,
    ],
  });
  try {
    const [[pid] = []] = await pair.target.rows("SELECT pg_catalog.pg_backend_pid()");
    return { ...about, ...pair, pid: Number(pid) };
  } catch (error) {
    closeWires(pair);
    throw error;
  }
}

/** What a claim has come to. `none`: all are done, or being copied. `closed`: the copy is open no more. */
export type Claim =
  | { readonly kind: "copied"; readonly bytes: number }
  | { readonly kind: "none" }
  | { readonly kind: "closed" };

/** A share that could not be copied. */
export class ShareError extends Error {
  constructor(
    readonly ordinal: number,
    override readonly cause: unknown,
  ) {
    super(`share ${ordinal}`);
  }
}

/**
 * Claims a share and copies it, in one transaction of the new home: its rows, its mark in the journal and the claim end
 * together. After any error the stream is to be closed.
 * @throws ShareError when a share was claimed
 */
export async function copyShare(
  stream: Stream,
  onBytes: (bytes: number) => void,
  pace?: Pace,
): Promise<Claim> {
  const { target, migration, token } = stream;
  await target.run("BEGIN");
  // Held to the end: whoever closes the copy has waited for this transaction, and none begins after that.
  const [open] = await target.rows(
    `SELECT 1 FROM rehome.share WHERE migration = ${literal(migration)} AND token = ${literal(token)} FOR SHARE`,
  );
  if (open === undefined) return await nothing(stream, "closed");
  const [claimed] = await target.rows(
    `SELECT ordinal, parts FROM rehome.work WHERE migration = ${literal(migration)} AND done_at IS NULL
     ORDER BY attempts, ordinal FOR UPDATE SKIP LOCKED LIMIT 1`,
  );
  if (claimed === undefined) return await nothing(stream, "none");
  const ordinal = Number(claimed[0]);
  try {
    const bytes = await copyParts(stream, ordinal, JSON.parse(claimed[1] ?? "[]") as Part[], onBytes, pace);
    return { kind: "copied", bytes };
  } catch (error) {
    throw new ShareError(ordinal, error);
  }
}

async function nothing(stream: Stream, kind: "none" | "closed"): Promise<Claim> {
  await stream.target.run("ROLLBACK");
  return { kind };
}

async function copyParts(
  stream: Stream,
  ordinal: number,
  parts: readonly Part[],
  onBytes: (bytes: number) => void,
  pace?: Pace,
): Promise<number> {
  const { from, to, source, target, terms, migration, worker } = stream;
  const started = Date.now();
  await source.run(terms.snapshot === undefined ? "BEGIN READ ONLY" : snapshotSql(terms.snapshot));
  for (const part of parts) if (part.range !== undefined) await holdFile(source, from, part, part.range);
  const commands = parts.map((part) => commandsOf(from, to, part));
  const sql = { out: commands.map(({ out }) => out), into: commands.flatMap(({ into }) => into) };
  const copied = await copyBetween(source, target, sql, onBytes, pace).catch((error: unknown) => {
    throw copyRefused(
      parts.map(({ table }) => ({ name: table })),
      error,
    );
  });
  await source.run("COMMIT");
  const seconds = (Date.now() - started) / 1000;
  const whole = parts.flatMap(({ table, range }, at) => {
    const { rows, bytes } = copied[at] ?? { rows: 0, bytes: 0 };
    if (range !== undefined) return [];
    return [`(${literal(migration)}, ${literal(table)}, ${rows}, ${bytes}, ${seconds / parts.length})`];
  });
  if (whole.length > 0) {
    await target.run(
      `INSERT INTO rehome.copied_table (migration, table_name, rows, bytes, seconds) VALUES ${whole.join(", ")}`,
    );
  }
  const rows = copied.reduce((sum, each) => sum + each.rows, 0);
  const bytes = copied.reduce((sum, each) => sum + each.bytes, 0);
  await target.run(
    `UPDATE rehome.work SET done_at = clock_timestamp(), worker = ${literal(worker)}, copied_rows = ${rows},
       copied_bytes = ${bytes}, seconds = ${seconds}
     WHERE migration = ${literal(migration)} AND ordinal = ${ordinal}; COMMIT`,
  );
  return bytes;
}

/** The COPY commands of a part. Rows that do not come first into a table cannot be frozen. */
function commandsOf(from: Endpoint, to: Endpoint, part: Part): { out: string; into: string[] } {
  const { range, columns, binary } = part;
  const table = { name: part.table, columns, binary, bytes: part.bytes };
  const { out, into } = copyCommands(from, to, table);
  if (range === undefined) return { out, into: intoEmpty(to, table, into) };
  const below = range.to === undefined ? "" : ` AND ctid < '(${range.to},0)'`;
  const rows = `SELECT ${columns.map(ident).join(", ")} FROM ONLY ${qualified(from.schema, part.table)} WHERE ctid >= '(${range.from},0)'${below}`;
  return { out: `COPY (${rows}) TO STDOUT (${binary ? "FORMAT binary" : "FORMAT text"})`, into: [into] };
}

/** VACUUM FULL and CLUSTER, which no fence stops, give rows other places: none of it while a range is read, nor before. */
async function holdFile(
  source: Wire,
  from: Endpoint,
  { table }: Part,
  { file: known }: Range,
): Promise<void> {
  const name = qualified(from.schema, table);
  await source.run(`LOCK TABLE ONLY ${name} IN ACCESS SHARE MODE`);
  const [[file] = []] = await source.rows(
    `SELECT pg_catalog.pg_relation_filenode(${literal(name)}::pg_catalog.regclass)`,
  );
  if (file === known) return;
  throw new RehomeError(
    "table-rewritten",
    `table ${table} of ${placementName(from)} was rewritten (VACUUM FULL, CLUSTER) while it was copied in parts. The service goes on there. Run it again: the table is copied afresh.`,
    { retryable: true },
  );
}
