---------------------------------------------------------------------------------------------- Partner Management
SET search_path = public;

INSERT INTO partners (id, name, email, kind, status, status_history, referred_by, address, profile, created_at, updated_at)
SELECT pg_temp.uid('partner', i), pg_temp.person(i), 'Partner' || i || '@Example.com', pg_temp.pick('kind', i, ARRAY['influencer','affiliate','builder','B2B "strategic"'])::partner_kind,
       pg_temp.pick('status', i, ARRAY['prospect','active','active','paused','ended'])::partner_status, CASE WHEN i % 3 = 0 THEN ARRAY['prospect','paused']::partner_status[] ELSE '{}' END,
       CASE WHEN i % 4 = 0 THEN pg_temp.uid('partner', i / 2) END, CASE WHEN i % 5 > 0 THEN ROW('Calle 7, "B"', pg_temp.pick('city', i, ARRAY['Bogotá','Medellín','']), 'CO', point(i, -i))::geo_address END,
       jsonb_build_object('followers', pg_temp.h('followers', i), 'tags', jsonb_build_array('ñ', NULL, i / 3.0)), pg_temp.at('partner', i), pg_temp.at('partner', i)
FROM generate_series(1, pg_temp.rows(400)) AS i;

INSERT INTO partner_contacts (partner_id, name, phones, is_main)
SELECT pg_temp.uid('partner', 1 + i % pg_temp.rows(400)), pg_temp.person(i + 7), CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN '{}' ELSE ARRAY['+57 ' || i, ''] END, i <= pg_temp.rows(400)
FROM generate_series(1, pg_temp.rows(600)) AS i;

INSERT INTO commissions (partner_id, earned_on, amount, rate, paid)
SELECT pg_temp.uid('partner', 1 + pg_temp.n('commission', i, pg_temp.rows(400))), CASE i % 120 WHEN 0 THEN 'infinity' WHEN 1 THEN '-infinity' ELSE pg_temp.day('earned', i) END,
       CASE i % 90 WHEN 0 THEN 'NaN' WHEN 1 THEN 9999999999.9999 ELSE pg_temp.amount('commission', i, 900) END, CASE i % 40 WHEN 0 THEN 'Infinity' WHEN 1 THEN '-0' ELSE i / 9.0 END, CASE i % 3 WHEN 0 THEN true WHEN 1 THEN false END
FROM generate_series(1, pg_temp.rows(1200)) AS i;

INSERT INTO partner_files
SELECT pg_temp.uid('partner', i), 'file ' || k, CASE WHEN i % 60 = 0 THEN decode(pg_temp.noise('file', i + k, 1500), 'hex') WHEN i % 2 = 0 THEN '\x'::bytea ELSE sha256((i + k)::text::bytea) END
FROM generate_series(1, pg_temp.rows(150)) AS i, generate_series(1, 2) AS k;

INSERT INTO audit_log (at, table_name, change) SELECT pg_temp.at('audit', i), 'partners', jsonb_build_object('id', i) FROM generate_series(1, pg_temp.rows(200)) AS i;
INSERT INTO events SELECT pg_temp.uid('event', i / 2), 'PartnerChanged', jsonb_build_object('n', i / 2), pg_temp.at('event', i / 2) FROM generate_series(1, pg_temp.rows(400)) AS i;
DELETE FROM commissions WHERE id % 17 = 3;
DELETE FROM partner_contacts WHERE id % 29 = 0;
UPDATE partners SET status = 'paused' WHERE code % 39 = 4;
REFRESH MATERIALIZED VIEW partner_earnings;

--------------------------------------------------------------------------------------------------------- Onboarding
SET search_path = onboarding, public;

INSERT INTO contracts (partner_id, template, term, share, terms, signed_at, updated_at)
SELECT pg_temp.uid('partner', 1 + i / 2), 'standard v' || i % 4, daterange(date '2023-01-01' + 400 * (i % 2)::int, CASE WHEN i % 2 = 0 THEN date '2024-01-01' END), (i % 101) * 0.99,
       CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN 'null' ELSE jsonb_build_object('clauses', jsonb_build_array('§ 1', i)) END, CASE i % 8 WHEN 0 THEN 'infinity' WHEN 1 THEN NULL ELSE pg_temp.at('signed', i) END, pg_temp.at('contract', i)
FROM generate_series(0, pg_temp.rows(400) - 1) AS i;

INSERT INTO steps (contract_id, number, name, state, states, depends_on, due)
SELECT 10 * c, n, pg_temp.pick('step', n, ARRAY['Identify','Prüfen','Sign']), pg_temp.pick('step state', c * 4 + n, ARRAY['open','submitted','approved','rejected'])::step_state,
       CASE WHEN c % 2 = 0 THEN ARRAY['open']::step_state[] ELSE '{}' END, NULLIF(n - 1, 0), CASE c % 5 WHEN 0 THEN NULL WHEN 1 THEN interval '1 mon -3 days 00:00:00.5' ELSE make_interval(days => n::int) END
FROM generate_series(1, pg_temp.rows(400)) AS c, generate_series(1, 4) AS n;

INSERT INTO documents (contract_id, kind, file, text, from_ip, uploaded_at)
SELECT 10 * (1 + pg_temp.n('document', i, pg_temp.rows(400))), pg_temp.pick('document kind', i, ARRAY['contract','id','tax form'])::document_kind, CASE WHEN i % 80 = 0 THEN decode(pg_temp.noise('scan', i, 1500), 'hex') END,
       CASE WHEN i % 70 = 0 THEN pg_temp.noise('text', i, 500) WHEN i % 3 = 0 THEN '' WHEN i % 3 = 1 THEN 'Über ' || pg_temp.person(i) END, CASE WHEN i % 2 = 0 THEN '10.1.0.0'::inet + i END, pg_temp.at('uploaded', i)
FROM generate_series(1, pg_temp.rows(500)) AS i;

INSERT INTO negotiations (contract_id, offered, message, said_at)
SELECT 10 * (1 + i % pg_temp.rows(400)), CASE WHEN i % 4 > 0 THEN i % 100 END, CASE i % 5 WHEN 0 THEN '' WHEN 1 THEN E'line\nline' ELSE 'No. ' || i END, pg_temp.at('said', i) AT TIME ZONE 'UTC'
FROM generate_series(1, pg_temp.rows(500)) AS i;
INSERT INTO reviewers SELECT 'Reviewer' || i, pg_temp.pick('region', i, ARRAY['north','south']) FROM generate_series(1, 30) AS i;
INSERT INTO form_drafts SELECT pg_temp.uid('draft', i), jsonb_build_object('step', i % 4) FROM generate_series(1, pg_temp.rows(30)) AS i;
INSERT INTO audit_log (at, change) SELECT pg_temp.at('onboarding audit', i), CASE WHEN i % 2 = 0 THEN jsonb_build_object('i', i) END FROM generate_series(1, pg_temp.rows(150)) AS i;
DELETE FROM documents WHERE id % 23 = 1;
DELETE FROM negotiations WHERE id % 11 = 2;
UPDATE steps SET due = '1 day' WHERE contract_id % 70 = 0;

-------------------------------------------------------------------------------------------------------- Recruitment
SET search_path = recruitment, public;

INSERT INTO positions (title, parent_id, wants, salary, open)
SELECT 'Position ' || i, CASE WHEN i % 5 > 0 THEN 1 + i / 5 END, CASE WHEN i % 3 > 0 THEN ARRAY[ROW('SQL', 3), ROW('Español', NULL)]::skill[] END, CASE WHEN i % 4 > 0 THEN int8range(1000 * i, 9223372036854775807) ELSE 'empty' END, i % 6 > 0
FROM generate_series(0, 60) AS i;

INSERT INTO candidates
SELECT pg_temp.uid('candidate', i), pg_temp.person(i), CASE WHEN i % 4 > 0 THEN 'Cand' || i || '@Example.net' END, CASE i % 45 WHEN 0 THEN NULL WHEN 1 THEN '0001-01-01 BC' ELSE pg_temp.day('born', i) - 9000 END,
       CASE WHEN i % 3 > 0 THEN ARRAY[ROW('SQL', i % 6), ROW(NULL, NULL)]::skill[] ELSE '{}' END, CASE WHEN i % 90 = 0 THEN pg_temp.noise('cv', i, 1200) WHEN i % 7 = 0 THEN '' END,
       CASE WHEN i % 110 = 0 THEN decode(pg_temp.noise('photo', i, 1200), 'hex') END, CASE i % 20 WHEN 0 THEN 'NaN' WHEN 1 THEN '-Infinity' WHEN 2 THEN NULL ELSE i / 7.0 END, pg_temp.at('candidate', i)
FROM generate_series(1, pg_temp.rows(500)) AS i;

INSERT INTO applications (candidate_id, position_id, state, answers)
SELECT pg_temp.uid('candidate', 1 + i % pg_temp.rows(500)), 1 + pg_temp.n('position', i, 61), pg_temp.pick('application', i, ARRAY['received','interview','offer','hired','declined'])::application_state,
       CASE WHEN i % 4 > 0 THEN jsonb_build_object('why', pg_temp.person(i), 'n', 1e30::numeric + i) END
FROM generate_series(1, pg_temp.rows(900)) AS i;
INSERT INTO interviewers (login, "Time Zone") SELECT 'Interviewer' || i, CASE WHEN i % 3 > 0 THEN 'America/Bogota' END FROM generate_series(1, 20) AS i;
INSERT INTO interviews
SELECT 1 + i % 20, pg_temp.uid('candidate', 1 + i % pg_temp.rows(500)), tstzrange(timestamptz '2023-02-01 00:00+00' + make_interval(hours => (i / 20)::int), timestamptz '2023-02-01 01:00+00' + make_interval(hours => (i / 20)::int)),
       CASE WHEN i % 6 > 0 THEN 1 + i % 5 END, CASE i % 3 WHEN 0 THEN '' WHEN 1 THEN '💬 ' || i END
FROM generate_series(1, pg_temp.rows(400)) AS i;
INSERT INTO "order" SELECT i, NULLIF('g' || i % 4, 'g2') FROM generate_series(1, 25) AS i;
DELETE FROM interviews WHERE rating = 2 AND interviewer_id = 2;
DELETE FROM applications WHERE id % 21 = 8;
UPDATE candidates SET score = 1 WHERE score = 'NaN' AND cv IS NULL;
REFRESH MATERIALIZED VIEW funnel;

------------------------------------------------------------------------------------------------ Campaign Management
SET search_path = campaign_management, public;

INSERT INTO campaigns (id, name, state, budget, spent, runs, channels, targeting, updated_at)
SELECT pg_temp.uid('campaign', i), 'Campaña ' || i, pg_temp.pick('campaign state', i, ARRAY['draft','running','stopped'])::campaign_state, CASE WHEN i = 1 THEN 999999999999999999.99 ELSE pg_temp.amount('budget', i, 90000) END, pg_temp.amount('spent', i, 9000),
       CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN 'empty' WHEN 2 THEN tstzrange(NULL, 'infinity') ELSE tstzrange(pg_temp.at('runs', i), NULL) END, CASE WHEN i % 2 = 0 THEN ARRAY['web', 'e-mail', NULL] ELSE '{}' END,
       jsonb_build_object('age', jsonb_build_array(18, i), 'emoji', '🎯'), pg_temp.at('campaign', i)
FROM generate_series(1, 20 + pg_temp.rows(40)) AS i;

INSERT INTO ads (campaign_id, variant_of, headline, image, weight)
SELECT pg_temp.uid('campaign', 1 + pg_temp.n('ad', i, 60)), CASE WHEN i % 5 = 0 THEN i - 1 END, 'Headline ' || i || ' “ü”', CASE WHEN i % 100 = 0 THEN decode(pg_temp.noise('image', i, 1800), 'hex') WHEN i % 9 = 0 THEN '\x00'::bytea END,
       CASE i % 30 WHEN 0 THEN 'Infinity' WHEN 1 THEN 'NaN' ELSE 1.0 / i END
FROM generate_series(1, pg_temp.rows(300)) AS i;

INSERT INTO clicks (ad_id, clicked_at, partner_id, from_ip, cost)
SELECT 1 + i % pg_temp.rows(300), timestamptz '2022-12-20 00:00+00' + make_interval(secs => i * 45000 % 70000000 + i / 1000000.0), CASE WHEN i % 3 > 0 THEN pg_temp.uid('partner', 1 + pg_temp.n('clicker', i, pg_temp.rows(400))) END,
       CASE WHEN i % 2 = 0 THEN '2001:db8::'::inet + i END, CASE i % 60 WHEN 0 THEN 'NaN' WHEN 1 THEN 0.000000000000000000001 WHEN 2 THEN NULL ELSE i / 77.0 END
FROM generate_series(1, pg_temp.rows(1400)) AS i;

INSERT INTO daily_spend
SELECT pg_temp.uid('campaign', c), date '2023-01-01' + d::int, pg_temp.amount('daily', c * 10000 + d, 500), CASE WHEN d % 9 > 0 THEN 1.0::float8 / d END
FROM generate_series(1, 20) AS c, generate_series(1, 10 + pg_temp.rows(10)) AS d;
INSERT INTO partner_shares
SELECT campaign_id, day, pg_temp.uid('partner', 1 + k), 0.5 / k FROM daily_spend, generate_series(1, 2) AS k ORDER BY campaign_id, day, k;
INSERT INTO audit_log (at, change) SELECT pg_temp.at('campaign audit', i), jsonb_build_object('is', NULL) FROM generate_series(1, pg_temp.rows(150)) AS i;
DELETE FROM clicks WHERE ad_id % 31 = 4;
DELETE FROM daily_spend WHERE day = '2023-01-05';
UPDATE campaigns SET spent = 0 WHERE state = 'draft';
UPDATE daily_spend SET ratio = 'NaN' WHERE day = '2023-01-07';
SET search_path = public;
