INSERT INTO realm VALUES ('chiro', 'chiro-erp', true, 'external');
INSERT INTO client SELECT pg_temp.uid('client', i)::text, 'service-' || i, 'chiro', md5('client secret ' || i) FROM generate_series(1, 9) AS i;
INSERT INTO user_entity SELECT pg_temp.uid('keycloak', i)::text, 'user' || i || '@example.com', 'user' || i, 'chiro', 1700000000000 + i FROM generate_series(1, pg_temp.rows(60)) AS i;
INSERT INTO credential SELECT pg_temp.uid('credential', i)::text, pg_temp.uid('keycloak', i)::text, 'password', '{}' FROM generate_series(1, pg_temp.rows(60)) AS i;
