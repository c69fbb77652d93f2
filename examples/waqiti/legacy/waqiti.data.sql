SET search_path = user_schema;
INSERT INTO users
SELECT pg_temp.uid('user', i), '+249' || lpad(i::text, 9, '0'), pg_temp.person(i), CASE WHEN i % 4 > 0 THEN 'U' || i || '@Example.org' END,
       pg_temp.pick('kyc', i, ARRAY['none', 'basic', 'full'])::kyc_level, CASE WHEN i % 3 = 0 THEN jsonb_build_object('lang', 'ar', 'n', i) ELSE '{}' END, pg_temp.at('user', i), pg_temp.at('user', i)
FROM generate_series(1, pg_temp.rows(1000)) AS i;
INSERT INTO user_devices (user_id, token, last_seen)
SELECT pg_temp.uid('user', 1 + pg_temp.n('device', i, pg_temp.rows(1000))), md5('device' || i), CASE WHEN i % 3 > 0 THEN pg_temp.at('device', i) END FROM generate_series(1, pg_temp.rows(800)) AS i;

SET search_path = wallet_schema;
INSERT INTO wallets
SELECT pg_temp.uid('wallet', i), pg_temp.uid('user', i), CASE WHEN i % 5 = 0 THEN 'EUR' ELSE 'USD' END, pg_temp.amount('balance', i, 100000), i % 9 FROM generate_series(1, pg_temp.rows(1000)) AS i;
INSERT INTO holds (wallet_id, amount, expires_at)
SELECT pg_temp.uid('wallet', 1 + pg_temp.n('hold', i, pg_temp.rows(1000))), 0.0001 + pg_temp.amount('hold', i, 50), pg_temp.at('hold', i) FROM generate_series(1, pg_temp.rows(300)) AS i;

SET search_path = payment_schema;
INSERT INTO payments (id, wallet_id, amount, currency, state, metadata, created_at)
SELECT pg_temp.uid('payment', i), pg_temp.uid('wallet', 1 + pg_temp.n('payer', i, pg_temp.rows(1000))), 0.01 + pg_temp.amount('payment', i, 900), 'USD',
       pg_temp.pick('state', i, ARRAY['pending', 'settled', 'settled', 'failed', 'refunded'])::payment_state, CASE WHEN i % 4 = 0 THEN jsonb_build_object('memo', pg_temp.person(i)) END, pg_temp.at('payment', i)
FROM generate_series(1, pg_temp.rows(2000)) AS i;
INSERT INTO payment_events SELECT pg_temp.uid('payment', i), pg_temp.at('payment', i), 'pending' FROM generate_series(1, pg_temp.rows(2000)) AS i;
INSERT INTO payment_events SELECT pg_temp.uid('payment', i), pg_temp.at('payment', i) + interval '2 seconds', 'settled' FROM generate_series(1, pg_temp.rows(1000)) AS i;

SET search_path = ledger_schema;
INSERT INTO accounts VALUES ('1000', 'Cash', true), ('2000', 'Customers', false), ('4000', 'Fees – Gebühren', false);
INSERT INTO entries (payment_id, account, amount, booked_on)
SELECT CASE WHEN i % 10 > 0 THEN pg_temp.uid('payment', i) END, (ARRAY['1000', '2000', '4000'])[1 + i % 3], pg_temp.amount('entry', i, 900) - 450, pg_temp.day('entry', i) + CASE WHEN i % 50 = 0 THEN 900 ELSE 0 END
FROM generate_series(1, pg_temp.rows(2000)) AS i;

SET search_path = compliance_schema;
INSERT INTO checks (user_id, kind, passed, evidence, checked_at)
SELECT pg_temp.uid('user', 1 + i % pg_temp.rows(1000)), pg_temp.pick('kind', i, ARRAY['sanctions', 'pep', 'velocity']), CASE WHEN i % 9 > 0 THEN i % 7 > 0 END,
       CASE WHEN i % 3 = 0 THEN jsonb_build_object('score', i, 'list', ARRAY['OFAC', NULL]) END, pg_temp.at('check', i) FROM generate_series(1, pg_temp.rows(900)) AS i;

SET search_path = analytics_schema;
INSERT INTO facts SELECT pg_temp.day('fact', i), pg_temp.pick('metric', i, ARRAY['volume', 'users', 'fees']), '{"c": "SD"}', CASE i % 40 WHEN 0 THEN 'NaN' WHEN 1 THEN NULL ELSE i / 7.0 END
FROM generate_series(1, pg_temp.rows(1500)) AS i;
REFRESH MATERIALIZED VIEW monthly;

SET search_path = security_schema;
INSERT INTO credentials SELECT pg_temp.uid('user', i), md5('secret' || i), i % 4, CASE WHEN i % 50 = 0 THEN 'infinity'::timestamptz END FROM generate_series(1, pg_temp.rows(1000)) AS i;
INSERT INTO login_attempts (user_id, from_address, at, succeeded)
SELECT CASE WHEN i % 8 > 0 THEN pg_temp.uid('user', 1 + i % pg_temp.rows(1000)) END, ('10.' || i % 250 || '.3.4')::inet, pg_temp.at('login', i), i % 6 > 0 FROM generate_series(1, pg_temp.rows(1200)) AS i;

SET search_path = notification_schema;
INSERT INTO templates VALUES ('welcome', 'ar', 'أهلاً'), ('receipt', 'en', 'You paid {amount}'), ('alert', 'en', '');
INSERT INTO messages (user_id, template, sent_at)
SELECT pg_temp.uid('user', 1 + i % pg_temp.rows(1000)), pg_temp.pick('template', i, ARRAY['welcome', 'receipt', 'alert']), CASE WHEN i % 5 > 0 THEN pg_temp.at('message', i) END FROM generate_series(1, pg_temp.rows(1200)) AS i;
DELETE FROM messages WHERE id % 41 = 3;
