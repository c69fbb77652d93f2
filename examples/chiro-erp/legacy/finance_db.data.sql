INSERT INTO ledger_accounts
SELECT (1000 + i * 10)::text, pg_temp.pick('ledger', i, ARRAY['Cash','Bank','Receivables','Umsatzerlöse','Löhne']) || ' ' || i,
       pg_temp.pick('kind', i, ARRAY['asset','liability','equity','income','expense'])::account_kind, CASE WHEN i % 10 > 0 THEN (1000 + (i - i % 10) * 10)::text END
FROM generate_series(0, 99) AS i;

INSERT INTO fiscal_periods SELECT i, 'Q' || i, daterange((date '2023-01-01' + make_interval(months => (3 * i - 3)::int))::date, (date '2023-01-01' + make_interval(months => (3 * i)::int))::date), i <= 4
FROM generate_series(1, 8) AS i;

INSERT INTO journal_entries (booked_on, text, meta, created_at)
SELECT CASE WHEN i % 101 = 0 THEN date '2031-05-05' ELSE pg_temp.day('booked', i) END, CASE i % 6 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'Beleg № ' || i END,
       CASE WHEN i % 500 = 0 THEN jsonb_build_object('scan', pg_temp.noise('scan', i, 600)) WHEN i % 4 = 0 THEN jsonb_build_object('n', 1e100::numeric) END, pg_temp.at('entry', i)
FROM generate_series(1, pg_temp.rows(500)) AS i;

INSERT INTO journal_lines (entry_id, booked_on, line, account, debit, credit, currency)
SELECT e.id, e.booked_on, l, (1000 + 10 * pg_temp.n('line account', e.id * 2 + l, 100))::text,
       CASE WHEN l = 1 THEN a ELSE 0 END, CASE WHEN l = 2 THEN a ELSE 0 END, pg_temp.pick('currency', e.id, ARRAY['EUR','CHF','JPY'])
FROM journal_entries e, generate_series(1, 2) AS l, LATERAL (SELECT CASE WHEN e.id % 333 = 0 THEN 9999999999999999.99 ELSE pg_temp.amount('booked', e.id, 10000) END AS a) AS m;

INSERT INTO invoices (customer, issued, due, net, vat, reminders, pdf, updated_at)
SELECT pg_temp.uid('customer', 1 + pg_temp.n('invoice customer', i, 250)), pg_temp.day('issued', i), CASE WHEN i % 9 = 0 THEN date 'infinity' ELSE pg_temp.day('issued', i) + 30 END,
       pg_temp.amount('net', i, 3000), round(pg_temp.amount('net', i, 3000) * 0.19, 2),
       CASE WHEN i % 7 = 0 THEN ARRAY[pg_temp.at('reminder', i), NULL, timestamptz '-infinity'] ELSE '{}' END,
       CASE WHEN i % 150 = 0 THEN decode(pg_temp.noise('pdf', i, 2000), 'hex') END, pg_temp.at('invoice', i)
FROM generate_series(1, pg_temp.rows(400)) AS i;

INSERT INTO exchange_rates
SELECT 'EUR', q, date '2023-01-01' + d::int, CASE WHEN q = 'VES' AND d % 50 = 0 THEN 'NaN'::numeric WHEN q = 'VES' THEN 123456789012345678901234567890.123456789 + d ELSE 1 + pg_temp.h(q, d) % 1000 / 7.0 END,
       CASE WHEN d % 60 = 0 THEN 'Infinity' ELSE 1.0::float8 / (d + 1) END
FROM generate_series(0, 15 + pg_temp.rows(85)) AS d, unnest(ARRAY['CHF','USD','JPY','VES']) AS q;

INSERT INTO bank_accounts (iban, holder, secret)
SELECT 'DE' || lpad((pg_temp.h('iban', i) % 100000000000000000)::text, 18, '0') || i, pg_temp.person(i), CASE WHEN i % 2 = 0 THEN sha512(i::text::bytea) END FROM generate_series(1, 30) AS i;

INSERT INTO payroll
SELECT 1 + i / 24, (date '2023-01-01' + make_interval(months => (i % 24)::int))::date, pg_temp.pick('entity', i / 24, ARRAY['north','south','Süd & Ost']), 2000 + pg_temp.amount('salary', i, 6000), CASE WHEN i % 5 > 0 THEN jsonb_build_object('hours', i % 180) END
FROM generate_series(0, pg_temp.rows(240) - 1) AS i;

INSERT INTO audit_log SELECT pg_temp.at('audit', i), 'finance_user', 'UPDATE invoices', jsonb_build_object('id', i, 'was', NULL) FROM generate_series(1, pg_temp.rows(150)) AS i;

SELECT nextval('shift_code') FROM generate_series(1, 10);
DELETE FROM journal_entries WHERE id % 37 = 5;
DELETE FROM audit_log WHERE (row_before ->> 'id')::bigint % 9 = 0;
UPDATE invoices SET reminders = reminders || timestamptz '2024-12-24 00:00+00' WHERE id % 130 = 0;
UPDATE ledger_accounts SET number = '9' || number WHERE number = '1500';
