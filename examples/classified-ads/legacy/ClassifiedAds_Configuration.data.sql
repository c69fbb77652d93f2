INSERT INTO "ConfigurationEntries"
SELECT pg_temp.uid('setting', i), 'Section:' || i % 9 || ':Key' || i, CASE WHEN i % 5 > 0 THEN pg_temp.n('setting', i, 1000)::text END, NULL, i % 10 = 0, pg_temp.at('setting', i)
FROM generate_series(1, pg_temp.rows(60)) AS i;
INSERT INTO "LocalizationEntries"
SELECT pg_temp.uid('text', i * 3 + c), 'text.' || i, pg_temp.person(i), (ARRAY['en', 'vi', 'de'])[c], CASE WHEN i % 2 = 0 THEN '' END
FROM generate_series(1, pg_temp.rows(200)) AS i, generate_series(1, 3) AS c;

INSERT INTO "__EFMigrationsHistory" VALUES
  ('20240102091500_InitialConfiguration', '8.0.2'),
  ('20240203091500_AddLocalization', '8.0.3');
