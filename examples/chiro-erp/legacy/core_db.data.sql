INSERT INTO tenants (id, code, name, address, limits, valid, created_at, updated_at)
SELECT pg_temp.uid('tenant', i), 'clinic-' || i, 'Clinic ' || pg_temp.person(i),
       CASE WHEN i % 7 <> 0 THEN ROW('Main "Street", ' || i, lpad(i::text, 5, '0'), pg_temp.pick('city', i, ARRAY['Zürich','Łódź','São Paulo','東京','']), 'CH')::postal_address END,
       jsonb_build_object('users', 100000, 'rate', 1e-7, 'tags', jsonb_build_array('a', NULL, 'ü')),
       CASE WHEN i % 5 = 0 THEN 'empty'::daterange ELSE daterange(pg_temp.day('from', i), NULL) END,
       pg_temp.at('tenant', i), pg_temp.at('tenant', i)
FROM generate_series(1, 20 + pg_temp.rows(2)) AS i;

INSERT INTO users (tenant_id, email, full_name, status, manager_id, previous_statuses, password_hash, last_ip, locale, created_at, updated_at)
SELECT pg_temp.uid('tenant', 1 + pg_temp.n('user tenant', i, 20)), 'User' || i || '@Example.com', pg_temp.person(i),
       pg_temp.pick('status', i, ARRAY['invited','active','active','active','locked','disabled'])::user_status,
       CASE WHEN i > 10 THEN 1 + i / 10 END,
       CASE WHEN i % 4 = 0 THEN ARRAY['invited','active']::user_status[] ELSE '{}' END,
       CASE WHEN i % 9 <> 0 THEN sha256(('secret' || i)::bytea) WHEN i % 2 = 0 THEN ''::bytea END,
       CASE WHEN i % 3 = 0 THEN '2001:db8::'::inet + i WHEN i % 3 = 1 THEN ('10.0.0.0/8'::inet) + i END,
       pg_temp.pick('locale', i, ARRAY['en','de','ja','']), pg_temp.at('user', i), pg_temp.at('user', i)
FROM generate_series(1, pg_temp.rows(600)) AS i;

INSERT INTO roles (tenant_id, name, parent_id)
SELECT pg_temp.uid('tenant', 1 + (i - 1) / 5), (ARRAY['owner','manager','therapist','front desk','guest'])[1 + (i - 1) % 5],
       CASE WHEN (i - 1) % 5 > 0 THEN i - 1 END
FROM generate_series(1, 100) AS i;

INSERT INTO role_permissions
SELECT r.id, resource, CASE WHEN r.id % 5 = 1 THEN ARRAY['read','write','delete','export','approve']::permission_action[] ELSE ARRAY['read']::permission_action[] END
FROM roles r, unnest(ARRAY['patients','invoices','stock']) AS resource ORDER BY r.id, resource;

INSERT INTO user_roles
SELECT u, 1 + pg_temp.n('user role', u * 3 + k, 100), pg_temp.at('granted', u), CASE WHEN k = 1 THEN 'infinity' WHEN u % 50 = 0 THEN '-infinity' ELSE pg_temp.at('expires', u) END
FROM generate_series(1, pg_temp.rows(600)) AS u, generate_series(1, 2) AS k
ON CONFLICT DO NOTHING;

INSERT INTO user_role_notes
SELECT user_id, role_id, pg_temp.pick('note', user_id, ARRAY['', 'as agreed', 'vertreten durch Ü', E'two\nlines\tand a \\ backslash'])
FROM user_roles, generate_series(1, 2) WHERE user_id % 20 = 0 ORDER BY user_id, role_id;

INSERT INTO user_sessions
SELECT pg_temp.uid('session', i), 1 + pg_temp.n('session user', i, pg_temp.rows(600)), pg_temp.uid('tenant', 1 + pg_temp.n('session tenant', i, 20)),
       pg_temp.at('session', i), make_interval(mins => 5 * pg_temp.n('idle', i, 20), months => (i % 3)::int),
       CASE WHEN i % 6 <> 0 THEN jsonb_build_object('agent', 'Mozilla/' || i, 'ratio', i::numeric / 7) END
FROM generate_series(1, pg_temp.rows(400)) AS i;

INSERT INTO settings
SELECT pg_temp.uid('tenant', t), 'key.' || k, jsonb_build_object('v', pg_temp.h('setting', t * 100 + k), 'deep', jsonb_build_object('π', 3.14159))
FROM generate_series(1, 20) AS t, generate_series(1, 10) AS k;

INSERT INTO audit_log (happened_at, table_name, operation, actor, old_row, new_row)
SELECT CASE WHEN i % 97 = 0 THEN timestamptz 'infinity' WHEN i % 89 = 0 THEN timestamptz '1999-12-31 23:59:59.999999+00' ELSE pg_temp.at('audit', i) END,
       pg_temp.pick('audit table', i, ARRAY['users','tenants','roles']), pg_temp.pick('op', i, ARRAY['I','U','D']),
       CASE WHEN i % 5 <> 0 THEN 'user' || pg_temp.n('actor', i, 50) END,
       CASE WHEN i % 3 = 0 THEN jsonb_build_object('id', i) END,
       CASE WHEN i % 400 = 0 THEN jsonb_build_object('id', i, 'document', pg_temp.noise('audit', i, 400)) ELSE jsonb_build_object('id', i, 'name', pg_temp.person(i)) END
FROM generate_series(1, pg_temp.rows(600)) AS i;

DELETE FROM user_sessions WHERE pg_temp.n('gone', ('x' || left(md5(token::text), 8))::bit(32)::bigint, 11) = 0;
DELETE FROM audit_log WHERE id % 23 = 7;
UPDATE users SET locale = locale || '-x' WHERE id % 13 = 0;
UPDATE settings SET value = value || '{"changed": true}' WHERE key = 'key.3';
