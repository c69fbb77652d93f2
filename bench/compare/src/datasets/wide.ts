import { sized, type Dataset } from "./dataset";

const SQL = (rows: number): string => `
CREATE TABLE customers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE,
  born date, settings jsonb NOT NULL DEFAULT '{}', since timestamptz NOT NULL);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int NOT NULL REFERENCES customers,
  placed timestamptz NOT NULL, total numeric(12, 2) NOT NULL, state text NOT NULL, tags text[] NOT NULL, details jsonb NOT NULL,
  CHECK (total >= 0));
CREATE TABLE readings (at timestamptz NOT NULL, device uuid NOT NULL, value double precision, raw numeric, ok boolean NOT NULL,
  PRIMARY KEY (device, at));
CREATE TABLE files (id uuid PRIMARY KEY, customer int REFERENCES customers, name text NOT NULL, body bytea NOT NULL);
INSERT INTO customers (name, email, born, settings, since)
  SELECT 'Customer ' || md5(i::text), 'c' || i || '@example.com', '1960-01-01'::date + i % 15000,
    jsonb_build_object('language', (ARRAY['en', 'de', 'fr'])[1 + i % 3], 'seen', i), '2020-01-01'::timestamptz + i * interval '7 minutes'
  FROM generate_series(1, ${rows / 10}) i;
INSERT INTO orders (customer, placed, total, state, tags, details)
  SELECT 1 + i % ${rows / 10}, '2023-01-01'::timestamptz + i * interval '31 seconds', (i * 37 % 100000) / 100.0,
    (ARRAY['new', 'paid', 'sent', 'done'])[1 + i % 4], ARRAY['t' || i % 7, 't' || i % 11],
    jsonb_build_object('note', repeat(md5(i::text), 3), 'lines', jsonb_build_array(i % 5, i % 9), 'gift', i % 2 = 0)
  FROM generate_series(1, ${rows}) i;
INSERT INTO readings SELECT '2024-01-01'::timestamptz + (i / 500) * interval '1 second', md5((i % 500)::text)::uuid, sin(i) * 100,
    i / 7.0, i % 3 <> 0 FROM generate_series(1, ${rows}) i;
INSERT INTO files SELECT md5('f' || i)::uuid, 1 + i % ${rows / 10}, 'file ' || i || '.bin',
    decode((SELECT string_agg(md5(i || ' ' || j), '') FROM generate_series(1, 100) j), 'hex') FROM generate_series(1, ${rows / 10}) i;
CREATE INDEX ON orders (customer, placed);
CREATE INDEX ON orders (state, placed DESC);
CREATE INDEX ON orders ((details ->> 'gift')) WHERE state = 'new';
CREATE INDEX ON orders USING gin (tags);
CREATE INDEX ON readings (at);
CREATE INDEX ON readings USING brin (value);
CREATE INDEX ON files (customer);
CREATE INDEX ON customers (lower(name));
CREATE VIEW open_orders AS SELECT o.id, c.name, o.total FROM orders o JOIN customers c ON c.id = o.customer WHERE o.state <> 'done'`;

export const wide: Dataset = {
  name: "wide",
  what: "four tables of text, jsonb, numeric, timestamps, uuid, arrays and bytea, with thirteen indexes, foreign keys and a view",
  make: async (server, database, scale) => {
    await server.sql(database, SQL(sized(2_000_000, scale, 1000)));
  },
};
