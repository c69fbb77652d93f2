-- financial-management: ledger, invoices, payroll. The service connects as finance_user.
SET ROLE finance_user;
SET search_path = public;

CREATE EXTENSION btree_gist;
CREATE EXTENSION pgcrypto;

CREATE TYPE account_kind AS ENUM ('asset', 'liability', 'equity', 'income', 'expense');
CREATE DOMAIN currency AS char(3) DEFAULT 'EUR' CHECK (VALUE = upper(VALUE));
CREATE DOMAIN iban AS varchar(34) CHECK (VALUE ~ '^[A-Z]{2}[0-9A-Z]+$');

CREATE SEQUENCE document_number AS integer START WITH 9000 INCREMENT BY -1 MINVALUE -2000000000 MAXVALUE 9000;
CREATE SEQUENCE invoice_number START WITH 2023000010 INCREMENT BY 10 CACHE 20;
CREATE SEQUENCE shift_code AS smallint START WITH 1 MAXVALUE 7 CYCLE;

CREATE TABLE ledger_accounts (
  number varchar(10) PRIMARY KEY,
  name text NOT NULL,
  kind account_kind NOT NULL,
  parent varchar(10) REFERENCES ledger_accounts (number) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE fiscal_periods (
  id integer PRIMARY KEY,
  name text NOT NULL,
  span daterange NOT NULL,
  closed boolean NOT NULL DEFAULT false,
  EXCLUDE USING gist (span WITH &&)
);

CREATE TABLE journal_entries (
  id bigint GENERATED ALWAYS AS IDENTITY (START WITH 1000000) ,
  booked_on date NOT NULL,
  document integer NOT NULL DEFAULT nextval('document_number'),
  text text,
  meta jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, booked_on)
) PARTITION BY RANGE (booked_on);
CREATE TABLE journal_entries_2023 PARTITION OF journal_entries FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE journal_entries_2024 PARTITION OF journal_entries FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE journal_entries_default PARTITION OF journal_entries DEFAULT;
CREATE INDEX journal_entries_document_idx ON journal_entries (document);
COMMENT ON TABLE journal_entries_2023 IS 'Closed; kept ten years';

CREATE TABLE journal_lines (
  entry_id bigint NOT NULL,
  booked_on date NOT NULL,
  line smallint NOT NULL,
  account varchar(10) NOT NULL REFERENCES ledger_accounts (number) ON UPDATE CASCADE,
  debit numeric(18, 2) NOT NULL DEFAULT 0,
  credit numeric(18, 2) NOT NULL DEFAULT 0,
  net numeric(19, 2) GENERATED ALWAYS AS (debit - credit) STORED,
  currency currency NOT NULL,
  PRIMARY KEY (entry_id, booked_on, line),
  CONSTRAINT journal_lines_entry_fkey FOREIGN KEY (entry_id, booked_on)
    REFERENCES journal_entries (id, booked_on) ON DELETE CASCADE,
  CONSTRAINT journal_lines_one_side CHECK (debit = 0 OR credit = 0)
);
CREATE INDEX journal_lines_account_idx ON journal_lines (account, booked_on) INCLUDE (net);

CREATE TABLE invoices (
  id bigint PRIMARY KEY DEFAULT nextval('invoice_number'),
  customer uuid NOT NULL,
  issued date NOT NULL,
  due date NOT NULL DEFAULT 'infinity',
  net numeric(14, 2) NOT NULL,
  vat numeric(14, 2) NOT NULL,
  gross numeric(15, 2) GENERATED ALWAYS AS (net + vat) STORED,
  reminders timestamptz[] NOT NULL DEFAULT '{}',
  pdf bytea,
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK (due >= issued)
);
ALTER SEQUENCE invoice_number OWNED BY invoices.id;
CREATE INDEX invoices_due_idx ON invoices (due) WHERE due < 'infinity';
CREATE INDEX invoices_month_idx ON invoices (date_trunc('month', issued::timestamp), customer);

CREATE TABLE exchange_rates (
  base currency NOT NULL,
  quote currency NOT NULL,
  day date NOT NULL,
  rate numeric NOT NULL,
  float_rate double precision,
  PRIMARY KEY (base, quote, day)
);

CREATE TABLE bank_accounts (
  id smallserial PRIMARY KEY,
  iban iban NOT NULL UNIQUE,
  holder text NOT NULL,
  secret bytea
);

CREATE TABLE payroll (
  employee integer NOT NULL,
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  entity text NOT NULL,
  salary numeric(12, 2) NOT NULL,
  details jsonb,
  PRIMARY KEY (employee, month)
);
ALTER TABLE payroll ENABLE ROW LEVEL SECURITY;
ALTER TABLE payroll FORCE ROW LEVEL SECURITY;
CREATE POLICY payroll_of_entity ON payroll FOR ALL TO finance_user
  USING (entity = current_setting('app.entity', true))
  WITH CHECK (entity = current_setting('app.entity', true));
COMMENT ON POLICY payroll_of_entity ON payroll IS 'The owner too sees only one entity at a time';

CREATE TABLE audit_log (
  at timestamptz NOT NULL,
  who name NOT NULL,
  what text NOT NULL,
  row_before jsonb
);

CREATE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END $$;
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_log VALUES (clock_timestamp(), current_user, TG_OP || ' ' || TG_TABLE_NAME, to_jsonb(OLD));
  RETURN OLD;
END $$;
CREATE FUNCTION period_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM fiscal_periods WHERE span @> NEW.booked_on AND closed) THEN
    RAISE EXCEPTION 'the period of % is closed', NEW.booked_on USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoices_updated BEFORE UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER invoices_audit AFTER UPDATE OR DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION audit();
CREATE TRIGGER entries_open BEFORE INSERT ON journal_entries FOR EACH ROW EXECUTE FUNCTION period_is_open();

CREATE FUNCTION balance(of_account varchar, until date DEFAULT 'infinity') RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(sum(net), 0) FROM journal_lines WHERE account = of_account AND booked_on <= until
$$;
CREATE FUNCTION convert(amount numeric, from_currency text, to_currency text, on_day date) RETURNS numeric
LANGUAGE plpgsql STABLE AS $$
DECLARE
  found_rate numeric;
BEGIN
  SELECT rate INTO found_rate FROM exchange_rates
  WHERE base = from_currency AND quote = to_currency AND day <= on_day ORDER BY day DESC LIMIT 1;
  RETURN round(amount * found_rate, 2);
END $$;
CREATE FUNCTION reveal(bank_account smallint, passphrase text) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT pgp_sym_decrypt(secret, passphrase) FROM bank_accounts WHERE id = bank_account
$$;
REVOKE EXECUTE ON FUNCTION reveal(smallint, text) FROM PUBLIC;
CREATE PROCEDURE close_period(period integer) LANGUAGE sql BEGIN ATOMIC
  UPDATE fiscal_periods SET closed = true WHERE id = period;
END;

CREATE VIEW trial_balance AS
  SELECT a.number, a.name, a.kind, sum(l.debit) AS debit, sum(l.credit) AS credit, balance(a.number) AS balance
  FROM ledger_accounts a LEFT JOIN journal_lines l ON l.account = a.number GROUP BY a.number;
CREATE RECURSIVE VIEW account_tree (number, path) AS
  SELECT number, ARRAY[number::text] FROM ledger_accounts WHERE parent IS NULL
  UNION ALL
  SELECT a.number, t.path || a.number::text FROM ledger_accounts a JOIN account_tree t ON t.number = a.parent;
CREATE VIEW overdue AS SELECT id, customer, gross, due FROM invoices WHERE due < date '2024-12-31' AND cardinality(reminders) < 3;

RESET ROLE;
