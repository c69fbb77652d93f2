INSERT INTO "Products" ("Id", "Name", "Description", "Price", "RowVersion", "CreatedDateTime", "UpdatedDateTime")
SELECT pg_temp.uid('product', i), CASE WHEN i % 50 > 0 THEN pg_temp.pick('thing', i, ARRAY['Bicycle','Sofa','Gitarre','Çanta','自転車','Lamp']) || ' of ' || pg_temp.person(i) END,
       CASE WHEN i % 200 = 0 THEN pg_temp.noise('description', i, 300) WHEN i % 3 > 0 THEN 'Hardly used. Ask for ' || pg_temp.person(i + 1) END,
       CASE WHEN i % 11 = 0 THEN NULL WHEN i = 7 THEN 9999999999999999.99 ELSE pg_temp.amount('price', i, 2000) END,
       CASE WHEN i % 2 = 0 THEN '\x00ff'::bytea END, pg_temp.at('product', i), NULL
FROM generate_series(1, pg_temp.rows(400)) AS i;

INSERT INTO "AuditLogEntries" ("Id", "UserId", "Action", "ObjectId", "Log", "RowVersion", "CreatedDateTime", "UpdatedDateTime")
SELECT pg_temp.uid('product audit', i), pg_temp.uid('user', 1 + pg_temp.n('product auditor', i, 200)), pg_temp.pick('product action', i, ARRAY['CREATED_PRODUCT','UPDATED_PRODUCT','DELETED_PRODUCT']),
       pg_temp.uid('product', 1 + pg_temp.n('product audited', i, pg_temp.rows(400)))::text, CASE WHEN i % 7 > 0 THEN '{"Name":"' || pg_temp.person(i) || '"}' END,
       CASE WHEN i % 3 = 0 THEN sha256(i::text::bytea) END, pg_temp.at('product audit', i), NULL
FROM generate_series(1, pg_temp.rows(900)) AS i;

INSERT INTO "OutboxMessages" ("Id", "EventType", "TriggeredById", "ObjectId", "Payload", "Published", "ActivityId", "CreatedDateTime", "UpdatedDateTime")
SELECT pg_temp.uid('product outbox', i), 'PRODUCT_' || pg_temp.pick('product event', i, ARRAY['CREATED','UPDATED','DELETED']), pg_temp.uid('user', 1 + pg_temp.n('product by', i, 200)),
       pg_temp.uid('product', i)::text, jsonb_build_object('Id', i, 'Name', pg_temp.person(i), 'Tags', ARRAY['a', 'ß', NULL]), i % 5 > 0,
       CASE WHEN i % 4 = 0 THEN '00-' || md5(i::text) || '-01' END, pg_temp.at('product outbox', i), CASE WHEN i % 5 > 0 THEN pg_temp.at('product outbox', i) + interval '3 seconds' END
FROM generate_series(1, pg_temp.rows(700)) AS i;

INSERT INTO "ArchivedOutboxMessages"
SELECT pg_temp.uid('product archived', i), 'PRODUCT_CREATED', pg_temp.uid('user', 1 + pg_temp.n('product by then', i, 200)), pg_temp.uid('product', i)::text,
       CASE WHEN i % 9 > 0 THEN jsonb_build_object('Id', i) END, true, NULL, pg_temp.at('product archived', i), pg_temp.at('product archived', i)
FROM generate_series(1, pg_temp.rows(900)) AS i;

INSERT INTO "__EFMigrationsHistory" VALUES
  ('20240102091500_InitialCreate', '8.0.2'),
  ('20240203091500_AddProductSearch', '8.0.3'),
  ('20240304091500_AddArchivedOutboxMessages', '8.0.4'),
  ('20240405091500_RenameOutboxEvents', '8.0.5');

DELETE FROM "Products" WHERE right("Code", 2) = '13';
