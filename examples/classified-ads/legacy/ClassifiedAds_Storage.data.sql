INSERT INTO "FileEntries" ("Id", "Name", "Description", "Size", "UploadedTime", "FileName", "FileLocation", "Encrypted", "EncryptionKey", "Archived", "Metadata", "CreatedDateTime")
SELECT pg_temp.uid('file', i), 'Foto ' || i, CASE WHEN i % 4 = 0 THEN '' WHEN i % 4 = 1 THEN NULL ELSE pg_temp.person(i) END, pg_temp.n('size', i, 50000000), pg_temp.at('file', i),
       'IMG_' || i || '.jpg', '/' || md5(i::text), i % 3 = 0, CASE WHEN i % 3 = 0 THEN sha256(('key' || i)::bytea) END, i % 8 = 0,
       CASE WHEN i % 2 = 0 THEN jsonb_build_object('width', i, 'exif', jsonb_build_array(1, 'ü', NULL)) END, pg_temp.at('file', i)
FROM generate_series(1, pg_temp.rows(500)) AS i;
INSERT INTO "DeletedFileEntries" SELECT pg_temp.uid('deleted', i), pg_temp.uid('file', i), pg_temp.at('deleted', i) FROM generate_series(1, pg_temp.rows(100)) AS i;

INSERT INTO "AuditLogEntries" ("Id", "UserId", "Action", "ObjectId", "Log", "RowVersion", "CreatedDateTime", "UpdatedDateTime")
SELECT pg_temp.uid('file audit', i), pg_temp.uid('user', 1 + pg_temp.n('file auditor', i, 200)), pg_temp.pick('file action', i, ARRAY['CREATED_FILE','UPDATED_FILE','DELETED_FILE']),
       pg_temp.uid('file', 1 + pg_temp.n('file audited', i, pg_temp.rows(400)))::text, CASE WHEN i % 7 > 0 THEN '{"Name":"' || pg_temp.person(i) || '"}' END,
       CASE WHEN i % 3 = 0 THEN sha256(i::text::bytea) END, pg_temp.at('file audit', i), NULL
FROM generate_series(1, pg_temp.rows(400)) AS i;

INSERT INTO "OutboxMessages" ("Id", "EventType", "TriggeredById", "ObjectId", "Payload", "Published", "ActivityId", "CreatedDateTime", "UpdatedDateTime")
SELECT pg_temp.uid('file outbox', i), 'FILE_' || pg_temp.pick('file event', i, ARRAY['CREATED','UPDATED','DELETED']), pg_temp.uid('user', 1 + pg_temp.n('file by', i, 200)),
       pg_temp.uid('file', i)::text, jsonb_build_object('Id', i, 'Name', pg_temp.person(i), 'Tags', ARRAY['a', 'ß', NULL]), i % 5 > 0,
       CASE WHEN i % 4 = 0 THEN '00-' || md5(i::text) || '-01' END, pg_temp.at('file outbox', i), CASE WHEN i % 5 > 0 THEN pg_temp.at('file outbox', i) + interval '3 seconds' END
FROM generate_series(1, pg_temp.rows(300)) AS i;

INSERT INTO "ArchivedOutboxMessages"
SELECT pg_temp.uid('file archived', i), 'FILE_CREATED', pg_temp.uid('user', 1 + pg_temp.n('file by then', i, 200)), pg_temp.uid('file', i)::text,
       CASE WHEN i % 9 > 0 THEN jsonb_build_object('Id', i) END, true, NULL, pg_temp.at('file archived', i), pg_temp.at('file archived', i)
FROM generate_series(1, pg_temp.rows(300)) AS i;

INSERT INTO "__EFMigrationsHistory" VALUES
  ('20240102091500_InitialStorage', '8.0.2'),
  ('20240203091500_AddEncryption', '8.0.3'),
  ('20240304091500_AddArchived', '8.0.4');

REFRESH MATERIALIZED VIEW "Storage by month";
