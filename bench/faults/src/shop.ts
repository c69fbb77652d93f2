import type { Server } from "./server";

/** The service's role on every server, and its schema's name in its first home. */
export const ROLE = { user: "shop", password: "the shop's own" };
export const SCHEMA = "shop";
/** The database that each world's first home is a copy of. */
export const PATTERN = "faults_pattern";

/** Eleven tables, keys, a trigger, views, a partitioned table, sequences, about 20,000 rows. `wid` names a client's write. */
const DEFINITIONS = `
CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL, mail text UNIQUE, balance numeric(12,2) NOT NULL DEFAULT 0);
CREATE TABLE products (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sku text NOT NULL UNIQUE, price numeric, tags text[], data jsonb,
  gross numeric GENERATED ALWAYS AS (price * 1.19) STORED);
CREATE TABLE orders (id bigserial PRIMARY KEY, customer int REFERENCES customers, wid text, version int NOT NULL DEFAULT 0,
  touched int NOT NULL DEFAULT 0, note text);
CREATE TABLE lines (id bigserial PRIMARY KEY, "order" bigint NOT NULL REFERENCES orders ON DELETE CASCADE, product int REFERENCES products,
  wid text, n int CHECK (n > 0));
CREATE TABLE events (at timestamptz NOT NULL, kind text NOT NULL, wid text, data jsonb) PARTITION BY RANGE (at);
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2025-01-01');
CREATE TABLE events_new PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2030-01-01');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE accounts (id int PRIMARY KEY, amount bigint NOT NULL);
CREATE TABLE transfers (wid text PRIMARY KEY, source int REFERENCES accounts, target int REFERENCES accounts, amount bigint);
CREATE TABLE notes (wid text, body text);
CREATE SEQUENCE tickets CACHE 1;
CREATE INDEX orders_customer ON orders (customer);
CREATE INDEX orders_wid ON orders (wid);
CREATE INDEX lines_order ON lines ("order");
CREATE INDEX lines_product ON lines (product);
CREATE INDEX events_at ON events (at);
CREATE INDEX products_data ON products USING gin (data);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.touched := OLD.touched + 1; RETURN NEW; END$$;
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE VIEW open_orders AS SELECT o.id, c.name, count(l.id) AS lines FROM orders o JOIN customers c ON c.id = o.customer
  LEFT JOIN lines l ON l."order" = o.id GROUP BY o.id, c.name;
CREATE MATERIALIZED VIEW sold AS SELECT product, sum(n) AS n FROM lines WHERE wid IS NULL GROUP BY product;
INSERT INTO customers (name, mail, balance) SELECT 'name ' || i, 'm' || i || '@x', i * 1.01 FROM generate_series(1, 2000) i;
INSERT INTO products (sku, price, tags, data) SELECT 's' || i, CASE WHEN i % 50 = 0 THEN 'NaN' ELSE i / 7.0 END,
  ARRAY['a', NULL, 'ü' || i], jsonb_build_object('i', i) FROM generate_series(1, 1000) i;
INSERT INTO orders (customer, note) SELECT i % 2000 + 1, repeat('note ', i % 9) FROM generate_series(1, 6000) i;
INSERT INTO lines ("order", product, n) SELECT i % 6000 + 1, i % 1000 + 1, i % 5 + 1 FROM generate_series(1, 9000) i;
INSERT INTO events SELECT '2024-12-30'::timestamptz + i * interval '1 hour', 'k' || i % 3, NULL, '{}' FROM generate_series(-500, 1500) i;
INSERT INTO accounts SELECT i, 1000 FROM generate_series(1, 50) i;
REFRESH MATERIALIZED VIEW sold;`;

/** Hashes of what clients never touch: equal in every home, at any time. */
export const UNTOUCHED = `
SELECT 'customers' AS name, md5(string_agg(ROW(id, name, mail, balance)::text, ',' ORDER BY id)) AS hash FROM customers
UNION ALL SELECT 'products', md5(string_agg(ROW(id, sku, price, tags, data, gross)::text, ',' ORDER BY id)) FROM products
UNION ALL SELECT 'orders', md5(string_agg(ROW(id, customer, version, touched, note)::text, ',' ORDER BY id)) FROM orders WHERE wid IS NULL
UNION ALL SELECT 'lines', md5(string_agg(ROW(id, "order", product, n)::text, ',' ORDER BY id)) FROM lines WHERE wid IS NULL
UNION ALL SELECT 'events', md5(string_agg(ROW(at, kind, data)::text, ',' ORDER BY at)) FROM events WHERE wid IS NULL
UNION ALL SELECT 'sold', md5(string_agg(ROW(product, n)::text, ',' ORDER BY product)) FROM sold`;

/** Makes the role, and the database that worlds begin with. */
export async function plantPattern(server: Server): Promise<void> {
  await server.sql(
    "postgres",
    `CREATE ROLE ${ROLE.user} LOGIN PASSWORD '${ROLE.password.replace("'", "''")}'`,
  );
  await server.sql("postgres", `ALTER ROLE ${ROLE.user} SET synchronous_commit = on`);
  await server.sql("postgres", `CREATE DATABASE ${PATTERN}`);
  await server.sql(
    PATTERN,
    `CREATE SCHEMA ${SCHEMA} AUTHORIZATION ${ROLE.user}; SET ROLE ${ROLE.user}; SET search_path = ${SCHEMA}; SET timezone = 'UTC'; ${DEFINITIONS}`,
  );
}
