/**
 * The journal's tables, in schema `rehome` of both databases of a move: the one that a dataset moves into has its journal,
 * the one that it leaves has its fence. Nobody but the administrator reads them. Every statement may run again.
 */
export const JOURNAL_SQL = `
CREATE SCHEMA IF NOT EXISTS rehome;
REVOKE ALL ON SCHEMA rehome FROM PUBLIC;
COMMENT ON SCHEMA rehome IS 'Rehome''s journal: which datasets came here, from where, and the proof';

-- One row for each time a dataset was taken from one placement to another.
CREATE TABLE IF NOT EXISTS rehome.migration (
  id uuid PRIMARY KEY,
  dataset text NOT NULL,
  source text NOT NULL,
  target text NOT NULL,
  strategy text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'switched', 'reversed', 'retired')),
  stage text NOT NULL,
  attempt int NOT NULL DEFAULT 1,
  fingerprint text,
  tables int NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  clean boolean,
  error text,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  fenced_at timestamptz,
  switched_at timestamptz,
  ended_at timestamptz
);
-- One dataset comes into one placement once at a time.
CREATE UNIQUE INDEX IF NOT EXISTS migration_running ON rehome.migration (dataset, target) WHERE state = 'running';

-- The journal in the columns that tracking tables of migrations commonly have, for whoever is granted it. Made once, for to
-- replace it would wait for its readers.
DO $$ BEGIN
  IF pg_catalog.to_regclass('rehome.tracking') IS NULL THEN
    CREATE VIEW rehome.tracking AS
      SELECT pg_catalog.row_number() OVER (ORDER BY started_at, id) AS id, id::text AS migration_id,
        pg_catalog.format('%s: %s to %s, by %s', dataset, source, target, strategy) AS description,
        CASE WHEN state = 'reversed' THEN 'ROLLED_BACK' WHEN state <> 'running' THEN 'COMPLETED'
          WHEN error IS NULL THEN 'RUNNING' ELSE 'FAILED' END AS status,
        started_at, switched_at AS completed_at, error AS error_message
      FROM rehome.migration;
    COMMENT ON VIEW rehome.tracking IS 'Which datasets came here, when, and how it ended';
  END IF;
END $$;

-- Written in the transaction that holds a table's rows: a table is whole and here, or absent.
CREATE TABLE IF NOT EXISTS rehome.copied_table (
  migration uuid NOT NULL REFERENCES rehome.migration ON DELETE CASCADE,
  table_name text NOT NULL,
  rows bigint NOT NULL,
  bytes bigint NOT NULL,
  seconds double precision NOT NULL,
  copied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (migration, table_name)
);

-- A copy that several processes share, and who leads it: without a token nobody may claim a share of it. Whoever copies
-- holds this row to the end of its transaction.
CREATE TABLE IF NOT EXISTS rehome.share (
  migration uuid PRIMARY KEY REFERENCES rehome.migration ON DELETE CASCADE,
  token uuid,
  terms jsonb NOT NULL,
  held boolean NOT NULL DEFAULT false,
  finished_at timestamptz
);

-- The shares: whole tables, or a range of one's pages. Done in the transaction that holds the rows.
CREATE TABLE IF NOT EXISTS rehome.work (
  migration uuid NOT NULL REFERENCES rehome.migration ON DELETE CASCADE,
  ordinal int NOT NULL,
  table_name text,
  parts jsonb NOT NULL,
  bytes bigint NOT NULL,
  attempts int NOT NULL DEFAULT 0,
  error text,
  worker text,
  copied_rows bigint,
  copied_bytes bigint,
  seconds double precision,
  done_at timestamptz,
  PRIMARY KEY (migration, ordinal)
);

-- Who shares in a copy besides the process that leads it, and what it is at.
CREATE TABLE IF NOT EXISTS rehome.worker (
  migration uuid NOT NULL REFERENCES rehome.migration ON DELETE CASCADE,
  name text NOT NULL,
  pid int,
  bytes bigint NOT NULL DEFAULT 0,
  error text,
  joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  left_at timestamptz,
  PRIMARY KEY (migration, name)
);

-- What is to be run once the rows are there, in order.
CREATE TABLE IF NOT EXISTS rehome.statement (
  migration uuid NOT NULL REFERENCES rehome.migration ON DELETE CASCADE,
  ordinal int NOT NULL,
  phase text NOT NULL,
  sql text NOT NULL,
  done_at timestamptz,
  -- The table whose index or constraint it is.
  relation text,
  PRIMARY KEY (migration, ordinal)
);
CREATE TABLE IF NOT EXISTS rehome.verified_table (
  migration uuid NOT NULL REFERENCES rehome.migration ON DELETE CASCADE,
  table_name text NOT NULL,
  source_rows numeric,
  target_rows numeric,
  source_hash text NOT NULL,
  target_hash text NOT NULL,
  equal boolean NOT NULL,
  verified_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (migration, table_name)
);

-- Large objects that a migration has put into this database: written in the transaction that holds them.
CREATE TABLE IF NOT EXISTS rehome.moved_object (
  migration uuid NOT NULL REFERENCES rehome.migration ON DELETE CASCADE,
  oid oid NOT NULL,
  PRIMARY KEY (migration, oid)
);

CREATE TABLE IF NOT EXISTS rehome.event (
  migration uuid NOT NULL REFERENCES rehome.migration ON DELETE CASCADE,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  stage text NOT NULL,
  message text NOT NULL
);

-- What the plan of the last attempt found: what its reader should know.
CREATE TABLE IF NOT EXISTS rehome.finding (
  migration uuid NOT NULL REFERENCES rehome.migration ON DELETE CASCADE,
  ordinal int NOT NULL,
  code text NOT NULL,
  level text NOT NULL,
  message text NOT NULL,
  remedy text NOT NULL,
  PRIMARY KEY (migration, ordinal)
);

-- How far a stage was, at so few moments that it costs nothing: for the curves of the report.
CREATE TABLE IF NOT EXISTS rehome.sample (
  migration uuid NOT NULL REFERENCES rehome.migration ON DELETE CASCADE,
  stage text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  tables int,
  bytes bigint,
  lag bigint,
  PRIMARY KEY (migration, stage, at)
);

-- Where the sequences stood when both homes were compared.
CREATE TABLE IF NOT EXISTS rehome.verified_sequence (
  migration uuid NOT NULL REFERENCES rehome.migration ON DELETE CASCADE,
  sequence_name text NOT NULL,
  source_value numeric NOT NULL,
  target_value numeric,
  equal boolean NOT NULL,
  PRIMARY KEY (migration, sequence_name)
);

-- What a migration of a part of a schema has put into its target, which its next attempt may replace, and what of others
-- it has found there as it needs it (kept): no other migration takes either away while this one runs.
CREATE TABLE IF NOT EXISTS rehome.restored (
  migration uuid NOT NULL REFERENCES rehome.migration ON DELETE CASCADE,
  object text NOT NULL,
  kept boolean NOT NULL,
  PRIMARY KEY (migration, object)
);

-- On the side that is left: which schema is fenced, for whom, and how to undo it.
CREATE TABLE IF NOT EXISTS rehome.fence (
  key int PRIMARY KEY,
  dataset text NOT NULL,
  schema_name text NOT NULL,
  migration uuid NOT NULL,
  target text NOT NULL,
  sealed boolean NOT NULL DEFAULT false,
  restore_sql text[] NOT NULL DEFAULT '{}',
  fenced_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- What it stood around when it was closed.
  standing text
);

-- A journal that an earlier version has made. Only once: it waits for readers.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = 'rehome.statement'::pg_catalog.regclass AND attname = 'relation') THEN
    ALTER TABLE rehome.statement ADD COLUMN relation text;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = 'rehome.fence'::pg_catalog.regclass AND attname = 'standing') THEN
    ALTER TABLE rehome.fence ADD COLUMN standing text;
  END IF;
END $$;

-- On each end of a link: what follows what, and how to undo what it took.
CREATE TABLE IF NOT EXISTS rehome.link (
  name text NOT NULL,
  dataset text NOT NULL,
  side text NOT NULL CHECK (side IN ('publisher', 'subscriber')),
  schema_name text NOT NULL,
  restore_sql text[] NOT NULL DEFAULT '{}',
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (name, side)
);

-- Tables that stand under another schema's name too, so that changes arrive under the name they have elsewhere; for the
-- links, either way, between two placements of a dataset (pair).
CREATE TABLE IF NOT EXISTS rehome.facade (
  schema_name text NOT NULL,
  facade_schema text NOT NULL,
  table_name text NOT NULL,
  pair text NOT NULL,
  PRIMARY KEY (schema_name, table_name)
);

-- Large objects that a sealed fence has taken from their users, and how to give them back.
CREATE TABLE IF NOT EXISTS rehome.held_object (
  key int NOT NULL,
  oid oid NOT NULL,
  restore_sql text[] NOT NULL,
  PRIMARY KEY (key, oid)
);

-- Tables written to while a fence was armed and no engine held it: what must be copied again.
CREATE TABLE IF NOT EXISTS rehome.written (
  key int NOT NULL,
  table_name text NOT NULL,
  round int8 NOT NULL DEFAULT 0
);
-- Without a key, its rows could not be deleted where a publication FOR ALL TABLES is. Only once: it waits for writers.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = 'rehome.written'::pg_catalog.regclass AND attname = 'round') THEN
    ALTER TABLE rehome.written ADD COLUMN round int8 NOT NULL DEFAULT 0;
  END IF;
  IF (SELECT relreplident FROM pg_catalog.pg_class WHERE oid = 'rehome.written'::pg_catalog.regclass) <> 'f' THEN
    ALTER TABLE rehome.written REPLICA IDENTITY FULL;
  END IF;
END $$;
`;
