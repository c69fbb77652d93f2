/** A tenant's schema with two services' tables in it, as SalesFlow has them: contacts' and activities'. */
export const SALESFLOW = String.raw`
CREATE TYPE status AS ENUM ('new', 'open', 'closed');
CREATE TYPE channel AS ENUM ('mail', 'phone');
CREATE DOMAIN email AS text CHECK (value LIKE '%@%');
CREATE FUNCTION normal(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(trim(t))';
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.label := normal(new.label); RETURN new; END $$;

CREATE TABLE contacts (id bigserial PRIMARY KEY, mail email NOT NULL UNIQUE, status status NOT NULL DEFAULT 'new', label text);
CREATE TRIGGER touched BEFORE INSERT OR UPDATE ON contacts FOR EACH ROW EXECUTE FUNCTION touched();
CREATE SEQUENCE contact_number START 1000;
CREATE TABLE contact_phones (contact bigint NOT NULL REFERENCES contacts ON DELETE CASCADE, phone text NOT NULL,
  via channel NOT NULL DEFAULT 'phone', number bigint NOT NULL DEFAULT nextval('contact_number'), PRIMARY KEY (contact, phone));
CREATE TABLE contact_log (at date NOT NULL, contact bigint NOT NULL, what text, PRIMARY KEY (at, contact)) PARTITION BY RANGE (at);
CREATE TABLE log_2025 PARTITION OF contact_log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE log_rest PARTITION OF contact_log DEFAULT;
CREATE INDEX contact_log_what ON contact_log (what);
CREATE VIEW reachable AS SELECT c.id, c.mail, p.phone FROM contacts c JOIN contact_phones p ON p.contact = c.id;
CREATE MATERIALIZED VIEW counted AS SELECT status, count(*) AS n FROM contacts GROUP BY status;
CREATE SEQUENCE contacts_seq INCREMENT 50;
CREATE FUNCTION contact_count() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM contacts); END $$;
COMMENT ON TABLE contacts IS 'whom we know';
COMMENT ON TYPE status IS 'of anything';
ALTER TABLE contacts ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON contacts USING (status IS NOT NULL);

CREATE TABLE activities (id bigserial PRIMARY KEY, contact bigint NOT NULL, status status NOT NULL DEFAULT 'open', label text);
CREATE TRIGGER touched BEFORE INSERT OR UPDATE ON activities FOR EACH ROW EXECUTE FUNCTION touched();
CREATE TABLE activity_notes (activity bigint NOT NULL REFERENCES activities, note text);
CREATE TABLE deals (id serial PRIMARY KEY, worth numeric, owner email);
CREATE VIEW busy AS SELECT a.contact, count(*) AS n FROM activities a GROUP BY a.contact;
CREATE FUNCTION close_all() RETURNS void LANGUAGE sql AS 'UPDATE activities SET status = ''closed''';

INSERT INTO contacts (mail, label) SELECT 'c' || i || '@x', ' L' || i FROM generate_series(1, 400) i;
INSERT INTO contact_phones SELECT i, 'p' || i FROM generate_series(1, 300) i;
INSERT INTO contact_log SELECT '2025-06-01'::date + i, i, 'w' || i FROM generate_series(1, 400) i;
INSERT INTO activities (contact, label) SELECT i, 'A' || i FROM generate_series(1, 200) i;
INSERT INTO activity_notes SELECT i, 'n' || i FROM generate_series(1, 200) i;
INSERT INTO deals (worth) SELECT i * 1.5 FROM generate_series(1, 50) i;
REFRESH MATERIALIZED VIEW counted;
SELECT nextval('contacts_seq')`;

export const CONTACTS = ["contacts", "contact_*"];
export const ACTIVITIES = ["activit*"];
