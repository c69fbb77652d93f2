import { createHash } from "node:crypto";
import type pg from "pg";
import { batchesOf } from "../batches";
import { rows } from "../sql/connect";
import type { TableVerification } from "../types";

/** A large object's content and comment, as a hash that one can compare. */
export interface ObjectDigest {
  readonly oid: number;
  readonly bytes: number;
  readonly hash: string;
}

/** Bytes that a server reads of an object at a time. */
const PIECE = 1 << 20;

/** Piece by piece: each piece is hashed with the hash so far, so no server holds an object whole. */
const DIGESTS = `
  WITH RECURSIVE piece(oid, at, bytes, hash) AS (
    SELECT l.oid, 0::int8, ${PIECE}, ''::bytea FROM pg_catalog.pg_largeobject_metadata l WHERE l.oid = ANY ($1::oid[])
    UNION ALL
    SELECT p.oid, p.at + ${PIECE}, length(read.data), sha256(p.hash || read.data)
    FROM piece p, LATERAL (SELECT pg_catalog.lo_get(p.oid, p.at, ${PIECE}) AS data OFFSET 0) read WHERE p.bytes = ${PIECE})
  SELECT p.oid::int8::text AS oid, (p.at - ${PIECE} + p.bytes)::text AS bytes,
    encode(p.hash, 'hex') || coalesce(md5(pg_catalog.obj_description(p.oid, 'pg_largeobject')), '') AS hash
  FROM piece p WHERE p.bytes < ${PIECE} ORDER BY p.oid`;

/** Digests of those objects that are there, in one query; the servers read them, and nothing else is sent. */
async function digestObjects(client: pg.Client, oids: readonly number[]): Promise<ObjectDigest[]> {
  const found = await rows<{ oid: string; bytes: string; hash: string }>(client, DIGESTS, [oids]);
  return found.map(({ oid, bytes, hash }) => ({ oid: Number(oid), bytes: Number(bytes), hash }));
}

/** The objects whose content, comment or presence differs between two databases. */
export async function differingObjects(
  source: pg.Client,
  target: pg.Client,
  oids: readonly number[],
): Promise<number[]> {
  const [before, after] = await Promise.all([digestObjects(source, oids), digestObjects(target, oids)]);
  const [there, here] = [before, after].map((list) => new Map(list.map(({ oid, hash }) => [oid, hash])));
  return oids.filter((oid) => there?.get(oid) !== here?.get(oid));
}

const BATCH = 200;

/** Under what name the journal keeps the proof of large objects: too long for a table's. */
export const OBJECTS_PROOF = "large objects, which belong to no table: by OID, content and comment";

/** Counts and hashes large objects on both sides, for the proof; undefined when there are none. */
export async function proveObjects(
  source: pg.Client,
  target: pg.Client,
  oids: readonly number[],
): Promise<TableVerification | undefined> {
  if (oids.length === 0) return undefined;
  const sides = await Promise.all(
    [source, target].map(async (client) => {
      const hash = createHash("sha256");
      let count = 0;
      for (const batch of batchesOf(oids, BATCH)) {
        const objects = await digestObjects(client, batch);
        count += objects.length;
        for (const object of objects) hash.update(JSON.stringify(object));
      }
      return { rows: String(count), hash: hash.digest("hex").slice(0, 16) };
    }),
  );
  const [before, after] = sides as [(typeof sides)[number], (typeof sides)[number]];
  return {
    table: OBJECTS_PROOF,
    sourceRows: before.rows,
    targetRows: after.rows,
    sourceHash: before.hash,
    targetHash: after.hash,
    equal: before.rows === after.rows && before.hash === after.hash,
  };
}
