INSERT INTO tenants (tenant_id, name, active, created_at)
SELECT 'tenant' || i, 'Company of ' || pg_temp.person(i), i % 50 > 0, pg_temp.at('tenant', i)
FROM generate_series(1, current_setting('rehome.tenants')::bigint) AS i;

INSERT INTO contact_types VALUES ('lead', 'Lead', 1), ('customer', 'Kunde', 2), ('partner', 'Партнёр', NULL), ('other', '', 9);
INSERT INTO tag_categories (name, color, parent_id)
SELECT 'Category ' || i, '#' || left(md5(i::text), 6), CASE WHEN i % 3 = 0 THEN i - 1 END FROM generate_series(1, 30) AS i;
INSERT INTO activity_types VALUES ('call', 'Call', false), ('visit', 'Besuch', true), ('mail', 'E-mail', false);
INSERT INTO flyway_schema_history
SELECT i, i::text, 'public ' || i, 'SQL', 'V' || i || '__public.sql', pg_temp.n('public', i, 2000000000) - 1000000000, 'salesflow_user', timestamp '2024-01-01' + make_interval(days => i), 12, true FROM generate_series(1, 4) AS i;

SET search_path = auth_data;
INSERT INTO users
SELECT pg_temp.uid('user', i), 'tenant' || 1 + i % current_setting('rehome.tenants')::bigint, 'user' || i || '@Example.org', CASE WHEN i % 5 > 0 THEN md5('hash' || i) END,
       pg_temp.pick('state', i, ARRAY['invited', 'active', 'locked'])::user_state, CASE WHEN i % 4 > 0 THEN pg_temp.at('login', i) END
FROM generate_series(1, pg_temp.rows(600)) AS i;
INSERT INTO roles (name) VALUES ('owner'), ('sales'), ('reader');
INSERT INTO permissions (role_id, action) SELECT 1 + i % 3, 'contacts.' || i FROM generate_series(1, 24) AS i;
INSERT INTO user_roles SELECT pg_temp.uid('user', i), 1 + i % 3 FROM generate_series(1, pg_temp.rows(600)) AS i;
INSERT INTO flyway_schema_history SELECT i, i::text, 'auth ' || i, 'SQL', 'V' || i || '__auth.sql', 7 * i, 'salesflow_user', timestamp '2024-01-01' + make_interval(days => i), 5, true FROM generate_series(1, 3) AS i;
