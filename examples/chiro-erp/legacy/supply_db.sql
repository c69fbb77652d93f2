-- supply-chain-manufacturing: suppliers, parts, stock, production. The service connects as supply_user.
SET ROLE supply_user;
SET search_path = public;

CREATE EXTENSION pgcrypto;
CREATE EXTENSION pg_trgm;

CREATE TYPE movement_kind AS ENUM ('receipt', 'issue', 'transfer', 'count');
CREATE TYPE quantity AS (amount numeric(16, 4), unit varchar(8));
CREATE DOMAIN part_number AS text CHECK (VALUE ~ '^[A-Z]{2}[0-9]+$');

CREATE SEQUENCE lot_number START WITH 7 INCREMENT BY 7;

CREATE TABLE suppliers (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  countries char(2)[] NOT NULL,
  rating numeric(3, 2) CHECK (rating BETWEEN 0 AND 5),
  contract daterange,
  lead_time interval NOT NULL DEFAULT '14 days',
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX suppliers_name_idx ON suppliers USING gin (name gin_trgm_ops);

CREATE TABLE parts (
  number part_number PRIMARY KEY,
  name text NOT NULL,
  replaces part_number REFERENCES parts (number) ON UPDATE CASCADE,
  weight quantity,
  properties jsonb NOT NULL DEFAULT '{}',
  drawing bytea,
  active boolean NOT NULL DEFAULT true,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX parts_material_idx ON parts ((properties ->> 'material')) WHERE active;

CREATE TABLE part_suppliers (
  part part_number NOT NULL REFERENCES parts (number) ON UPDATE CASCADE ON DELETE CASCADE,
  supplier_id uuid NOT NULL REFERENCES suppliers (id),
  price numeric(18, 8) NOT NULL,
  minimum integer,
  PRIMARY KEY (part, supplier_id)
);

CREATE TABLE bills_of_material (
  assembly part_number NOT NULL REFERENCES parts (number) DEFERRABLE INITIALLY DEFERRED,
  component part_number NOT NULL REFERENCES parts (number) DEFERRABLE INITIALLY DEFERRED,
  quantity numeric(10, 3) NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (assembly, component),
  CHECK (assembly <> component)
);

CREATE TABLE warehouses (
  code varchar(8) PRIMARY KEY,
  name text NOT NULL,
  bins integer[] NOT NULL DEFAULT '{}'
);

CREATE TABLE stock (
  warehouse varchar(8) NOT NULL REFERENCES warehouses (code),
  part part_number NOT NULL REFERENCES parts (number) ON UPDATE CASCADE,
  on_hand numeric(16, 4) NOT NULL DEFAULT 0,
  reserved numeric(16, 4) NOT NULL DEFAULT 0,
  available numeric GENERATED ALWAYS AS (on_hand - reserved) STORED,
  counted_at date,
  PRIMARY KEY (warehouse, part)
) WITH (fillfactor = 60);

CREATE TABLE lots (
  number bigint PRIMARY KEY DEFAULT nextval('lot_number'),
  part part_number NOT NULL REFERENCES parts (number) ON UPDATE CASCADE,
  warehouse varchar(8) NOT NULL,
  expires date,
  seal uuid,
  FOREIGN KEY (warehouse, part) REFERENCES stock (warehouse, part) MATCH FULL ON UPDATE CASCADE
);

CREATE TABLE movements (
  id bigint GENERATED ALWAYS AS IDENTITY,
  kind movement_kind NOT NULL,
  part part_number NOT NULL,
  lot bigint,
  moved quantity NOT NULL,
  moved_at timestamptz NOT NULL,
  note text
) PARTITION BY LIST (kind);
CREATE TABLE movements_in PARTITION OF movements FOR VALUES IN ('receipt');
CREATE TABLE movements_out PARTITION OF movements FOR VALUES IN ('issue');
CREATE TABLE movements_rest PARTITION OF movements DEFAULT;
CREATE INDEX movements_part_idx ON movements (part, moved_at);
COMMENT ON TABLE movements IS 'No primary key: the key would need the kind';

CREATE UNLOGGED TABLE planning_runs (
  part text,
  week date,
  need numeric
);

CREATE TABLE work_orders (
  id serial PRIMARY KEY,
  assembly part_number NOT NULL REFERENCES parts (number) ON UPDATE CASCADE,
  planned int4range NOT NULL,
  started timestamp,
  finished timestamp,
  took interval GENERATED ALWAYS AS (finished - started) STORED,
  CHECK (finished >= started)
);

CREATE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END $$;
CREATE FUNCTION book_movement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE stock SET on_hand = on_hand + (NEW.moved).amount * CASE NEW.kind WHEN 'issue' THEN -1 ELSE 1 END
  WHERE part = NEW.part;
  RETURN NULL;
END $$;
CREATE TRIGGER suppliers_updated BEFORE UPDATE ON suppliers FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER parts_updated BEFORE UPDATE ON parts FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER movements_booked AFTER INSERT ON movements FOR EACH ROW EXECUTE FUNCTION book_movement();

CREATE FUNCTION explode(top part_number) RETURNS TABLE (part part_number, quantity numeric) LANGUAGE sql STABLE AS $$
  WITH RECURSIVE tree (part, quantity, depth) AS (
    SELECT b.component, b.quantity::numeric, 1 FROM bills_of_material b WHERE b.assembly = top
    UNION ALL
    SELECT b.component, b.quantity * tree.quantity, tree.depth + 1
    FROM bills_of_material b JOIN tree ON tree.part = b.assembly WHERE tree.depth < 10
  )
  SELECT tree.part, sum(tree.quantity) FROM tree GROUP BY tree.part
$$;
CREATE FUNCTION next_lot(for_part text, at_warehouse text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  lot bigint := nextval('lot_number'::regclass);
BEGIN
  INSERT INTO lots (number, part, warehouse) VALUES (lot, for_part, at_warehouse);
  RETURN lot;
END $$;
CREATE PROCEDURE recount(at_warehouse varchar) LANGUAGE plpgsql AS $$
DECLARE
  line record;
BEGIN
  FOR line IN SELECT * FROM stock WHERE warehouse = at_warehouse LOOP
    UPDATE stock SET counted_at = CURRENT_DATE WHERE warehouse = line.warehouse AND part = line.part;
  END LOOP;
END $$;

CREATE VIEW shortages AS
  SELECT s.warehouse, p.number, p.name, s.available FROM stock s JOIN parts p ON p.number = s.part WHERE s.available < 0;
CREATE MATERIALIZED VIEW cheapest_supplier AS
  SELECT DISTINCT ON (part) part, supplier_id, price FROM part_suppliers ORDER BY part, price, supplier_id
  WITH NO DATA;
CREATE UNIQUE INDEX cheapest_supplier_key ON cheapest_supplier (part);
CREATE VIEW assembly_costs AS
  SELECT b.assembly, sum(b.quantity * c.price) AS cost
  FROM bills_of_material b JOIN cheapest_supplier c ON c.part = b.component GROUP BY b.assembly;

RESET ROLE;
