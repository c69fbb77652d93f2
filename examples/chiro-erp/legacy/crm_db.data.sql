INSERT INTO accounts (name, parent_id, addresses, score, custom, created_at, updated_at)
SELECT 'Account ' || i || ' ' || pg_temp.person(i), CASE WHEN i > 20 AND i % 4 = 0 THEN i / 2 END,
       CASE WHEN i % 3 = 0 THEN ARRAY[ROW('Rue de l''Église ' || i, NULL, 'Genève', 'CH', '-infinity')::postal_address, NULL] ELSE '{}' END,
       CASE i % 40 WHEN 0 THEN 'NaN' WHEN 1 THEN 9999.9999 ELSE i / 1000.0 END,
       CASE WHEN i % 2 = 0 THEN jsonb_build_object('tier', i % 5, 'notes', repeat('ä', (i % 50)::int)) ELSE '{}' END,
       pg_temp.at('account', i), pg_temp.at('account', i)
FROM generate_series(1, pg_temp.rows(250)) AS i;

INSERT INTO contacts (account_id, name, email, phone, born, preferred, do_not_call, updated_at)
SELECT 1 + pg_temp.n('contact account', i, pg_temp.rows(250)), '  ' || pg_temp.person(i) || ' ', CASE WHEN i % 6 > 0 THEN 'C' || i || '@Example.org' END,
       CASE WHEN i % 4 > 0 THEN '+41 (0)' || lpad((pg_temp.h('phone', i) % 100000000)::text, 8, '0') END,
       CASE WHEN i % 7 = 0 THEN NULL WHEN i = 8 THEN '0044-03-15 BC'::date ELSE pg_temp.day('born', i) - 15000 END,
       CASE i % 3 WHEN 0 THEN ARRAY['phone','sms']::channel[] WHEN 1 THEN '{}' ELSE ARRAY['email']::channel[] END,
       CASE i % 5 WHEN 0 THEN true WHEN 1 THEN NULL ELSE false END, pg_temp.at('contact', i)
FROM generate_series(1, pg_temp.rows(600)) AS i;

INSERT INTO leads (contact_id, stage, value, probability, expected, updated_at)
SELECT 1 + pg_temp.n('lead contact', i, pg_temp.rows(600)), pg_temp.pick('stage', i, ARRAY['new','contacted','qualified','won','lost'])::lead_stage,
       CASE WHEN i % 90 = 0 THEN 99999999999999.999999 WHEN i % 8 > 0 THEN pg_temp.amount('lead', i, 100000) END,
       CASE i % 30 WHEN 0 THEN 'Infinity' WHEN 1 THEN 'NaN' WHEN 2 THEN NULL ELSE 1.0 / i END,
       CASE WHEN i % 3 > 0 THEN daterange(pg_temp.day('expected', i), pg_temp.day('expected', i) + 30) END, pg_temp.at('lead', i)
FROM generate_series(1, pg_temp.rows(300)) AS i;

INSERT INTO lead_history
SELECT l, timestamptz '2023-06-01 00:00+00' + make_interval(hours => (l * 3 + k)::int % 20000, secs => k + 0.000001), CASE WHEN k > 1 THEN 'new'::lead_stage END, pg_temp.pick('to', l * 3 + k, ARRAY['contacted','qualified','won'])::lead_stage
FROM generate_series(1, pg_temp.rows(300)) AS l, generate_series(1, 2) AS k;

INSERT INTO interactions (contact_id, channel, happened_at, lasted, body, attachments)
SELECT 1 + pg_temp.n('interaction contact', i, pg_temp.rows(600)), pg_temp.pick('channel', i, ARRAY['email','phone','visit','sms'])::channel,
       pg_temp.at('interaction', i) AT TIME ZONE 'UTC', make_interval(secs => pg_temp.n('lasted', i, 3600)),
       CASE WHEN i % 300 = 0 THEN pg_temp.noise('body', i, 800) WHEN i % 9 = 0 THEN '' WHEN i % 10 = 0 THEN NULL ELSE 'Spoke about ' || pg_temp.person(i) || ' 👍' END,
       CASE WHEN i % 25 = 0 THEN ARRAY['\x00ff'::bytea, NULL, sha256(i::text::bytea)] END
FROM generate_series(1, pg_temp.rows(700)) AS i;

INSERT INTO campaigns
SELECT pg_temp.uid('campaign', i), 'Campaign ' || i, pg_temp.amount('budget', i, 50000), tstzrange(pg_temp.at('campaign', i), NULL, '()'), CASE WHEN i % 2 = 0 THEN 'null'::jsonb END
FROM generate_series(1, 15) AS i;

INSERT INTO campaign_members
SELECT pg_temp.uid('campaign', 1 + pg_temp.n('member campaign', i, 15)), i, i % 6 = 0
FROM generate_series(1, pg_temp.rows(300)) AS i;

INSERT INTO import_lines
SELECT pg_temp.pick('line', i, ARRAY['', 'a;b;c', E'tab\there', 'ΑΒΓ;1', NULL]), 'sheet ' || i % 3, CASE WHEN i % 4 > 0 THEN timestamptz 'infinity' END
FROM generate_series(1, pg_temp.rows(100)) AS i;

DELETE FROM interactions WHERE id % 31 = 1;
DELETE FROM campaign_members WHERE contact_id % 13 = 0;
DELETE FROM import_lines WHERE line = 'a;b;c' AND source = 'sheet 1';
UPDATE contacts SET do_not_call = true WHERE id % 19 = 0;
UPDATE leads SET stage = 'won' WHERE id % 23 = 0;
REFRESH MATERIALIZED VIEW account_summary;
