INSERT INTO "AuditLogEntries"
SELECT pg_temp.uid('entry', i), pg_temp.uid('user', 1 + pg_temp.n('entry by', i, 200)), pg_temp.pick('entry action', i, ARRAY['LOGIN', 'CREATED_PRODUCT', 'DELETED_FILEENTRY']),
       pg_temp.uid('product', i)::text, CASE WHEN i % 3 > 0 THEN '{"by":"' || pg_temp.person(i) || '"}' END, pg_temp.at('entry', i)
FROM generate_series(1, pg_temp.rows(4000)) AS i;
INSERT INTO "IdempotentRequests" SELECT pg_temp.uid('request', i), 'AddAuditLogEntry', md5(i::text) FROM generate_series(1, pg_temp.rows(1500)) AS i;

INSERT INTO "__EFMigrationsHistory" VALUES
  ('20240102091500_InitialAuditLog', '8.0.2'),
  ('20240203091500_AddIdempotentRequests', '8.0.3'),
  ('20240304091500_PartitionByYear', '8.0.4');
