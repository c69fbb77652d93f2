SET search_path = {schema};
INSERT INTO contacts (type_code, first_name, last_name, email, custom, created_at)
SELECT pg_temp.pick('{tenant} type', i, ARRAY['lead', 'customer', 'partner', 'other']), CASE WHEN i % 6 > 0 THEN split_part(pg_temp.person(i), ' ', 1) END, pg_temp.person(i + 1),
       CASE WHEN i % 4 > 0 THEN 'C' || i || '@Example.org' END, CASE WHEN i % 3 = 0 THEN jsonb_build_object('size', i, 'note', NULL) ELSE '{}' END, pg_temp.at('{tenant} contact', i)
FROM generate_series(1, greatest(4, pg_temp.rows(1500) / {share})) AS i;
INSERT INTO contact_phones SELECT id, '+41' || pg_temp.n('{tenant} phone', id, 1000000000) FROM contacts WHERE id % 2 = 0;
INSERT INTO tags (category_id, name) SELECT 1 + i % 30, 'Tag ' || i FROM generate_series(1, 10) AS i;
INSERT INTO contact_tags SELECT id, 1 + id % 10 FROM contacts;
INSERT INTO activities (contact_id, type_code, subject, starts_at, done)
SELECT c.id, pg_temp.pick('{tenant} activity', c.id, ARRAY['call', 'visit', 'mail']), 'Talk to ' || pg_temp.person(c.id), CASE WHEN c.id % 5 > 0 THEN pg_temp.at('{tenant} activity', c.id) END, c.id % 3 = 0
FROM contacts c;
INSERT INTO activity_notes (activity_id, note) SELECT id, CASE WHEN id % 7 > 0 THEN pg_temp.person(id) || ' 👍' END FROM activities WHERE id % 3 > 0;
INSERT INTO flyway_schema_history
SELECT i, i::text, s || ' ' || i, 'SQL', 'V' || i || '__' || s || '.sql', pg_temp.n(s, i, 2000000000) - 1000000000, 'salesflow_user', timestamp '2024-01-01' + make_interval(days => i), 8, true
FROM (SELECT i, CASE WHEN i % 2 = 1 THEN 'contact' ELSE 'activity' END AS s FROM generate_series(1, 6) AS i) AS v;
DELETE FROM activities WHERE id % 17 = 5;
