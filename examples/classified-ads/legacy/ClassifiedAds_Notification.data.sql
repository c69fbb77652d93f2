INSERT INTO "EmailMessages"
SELECT pg_temp.uid('mail', i), 'no-reply@example.org', 'User' || i || '@Example.org', NULL, 'Your advertisement “' || pg_temp.person(i) || '”', CASE WHEN i % 100 = 0 THEN pg_temp.noise('mail', i, 200) ELSE E'Hello,\n\tsomebody wrote.\\' END,
       i % 3, 5, NULL, pg_temp.at('mail', i) + interval '7 days', CASE WHEN i % 3 > 0 THEN pg_temp.at('mail', i) END, NULL, CASE WHEN i % 20 = 0 THEN pg_temp.uid('mail', i - 1) END, pg_temp.at('mail', i)
FROM generate_series(1, pg_temp.rows(900)) AS i;
INSERT INTO "ArchivedEmailMessages"
SELECT pg_temp.uid('old mail', i), 'no-reply@example.org', 'User' || i || '@Example.org', NULL, 'Old ' || i, '', 1, 5, NULL, NULL, pg_temp.at('old mail', i), NULL, NULL, pg_temp.at('old mail', i)
FROM generate_series(1, pg_temp.rows(700)) AS i;
INSERT INTO "EmailMessageAttachments" SELECT pg_temp.uid('attachment', i), pg_temp.uid('mail', i), pg_temp.uid('file', i), 'IMG_' || i || '.jpg' FROM generate_series(1, pg_temp.rows(200)) AS i;
INSERT INTO "SmsMessages" ("PhoneNumber", "Message", "SentDateTime", "CreatedDateTime")
SELECT '+41' || lpad((pg_temp.h('sms', i) % 1000000000)::text, 9, '0'), 'Code ' || pg_temp.n('code', i, 1000000), CASE WHEN i % 6 > 0 THEN pg_temp.at('sms', i) END, pg_temp.at('sms', i)
FROM generate_series(1, pg_temp.rows(500)) AS i;
INSERT INTO "ArchivedSmsMessages" SELECT * FROM "SmsMessages" WHERE "Id" % 3 = 0;
DELETE FROM "SmsMessages" WHERE "Id" % 3 = 0;

INSERT INTO "__EFMigrationsHistory" VALUES
  ('20240102091500_InitialNotification', '8.0.2'),
  ('20240203091500_AddArchivedEmailMessages', '8.0.3');
