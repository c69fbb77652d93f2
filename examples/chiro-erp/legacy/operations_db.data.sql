INSERT INTO rooms (name, equipment, settings)
SELECT 'Room ' || i, CASE WHEN i % 2 = 0 THEN ARRAY['table', 'Wärmelampe', ''] ELSE '{}' END, CASE WHEN i % 3 > 0 THEN jsonb_build_object('floor', i % 3, 'empty', '') END
FROM generate_series(1, 10) AS i;

INSERT INTO practitioners (user_id, name, deputy_id, works, hours, rate)
SELECT i * 7, pg_temp.person(i), CASE WHEN i % 3 > 0 THEN 1 + i % 40 END, CASE WHEN i % 4 = 0 THEN ARRAY['sat','sun']::weekday[] ELSE ARRAY['mon','tue','wed']::weekday[] END,
       CASE i % 5 WHEN 0 THEN 'empty'::time_span WHEN 1 THEN NULL ELSE time_span('08:00', '17:30', '[]') END, CASE WHEN i % 6 > 0 THEN pg_temp.amount('rate', i, 300) END
FROM generate_series(1, 40) AS i;

INSERT INTO patients (name, born, insurance_number, emergency, notes, updated_at)
SELECT pg_temp.person(i), CASE i % 50 WHEN 0 THEN '-infinity'::date WHEN 1 THEN NULL ELSE pg_temp.day('born', i) - 12000 END, CASE WHEN i % 10 > 0 THEN 'IN' || lpad(i::text, 10, '0') END,
       CASE WHEN i % 2 = 0 THEN jsonb_build_object('name', pg_temp.person(i + 1), 'phone', NULL) END,
       CASE WHEN i % 250 = 0 THEN pg_temp.noise('notes', i, 2000) WHEN i % 3 = 0 THEN '' WHEN i % 3 = 1 THEN 'Allergic to ' || pg_temp.pick('allergy', i, ARRAY['nuts','Äpfel','花粉']) END, pg_temp.at('patient', i)
FROM generate_series(1, pg_temp.rows(500)) AS i;

INSERT INTO appointments (patient_id, practitioner_id, room_id, during, state, reason, updated_at)
SELECT 5000 + pg_temp.n('appointment patient', i, pg_temp.rows(500)), 1 + pg_temp.n('practitioner', i, 40), 1 + i % 10,
       tstzrange(timestamptz '2023-01-01 00:00+00' + make_interval(mins => (i / 10 * 30)::int), timestamptz '2023-01-01 00:30+00' + make_interval(mins => (i / 10 * 30)::int)),
       pg_temp.pick('state', i, ARRAY['requested','confirmed','arrived','treated','treated','no-show','cancelled'])::appointment_state,
       CASE i % 7 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'Pain №' || i END, pg_temp.at('appointment', i)
FROM generate_series(1, pg_temp.rows(700)) AS i;

INSERT INTO treatments
SELECT pg_temp.uid('treatment', i), i, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN '{}' ELSE ARRAY['M54.5', 'M' || (10 + i % 80)]::icd10[] END,
       CASE WHEN i % 3 > 0 THEN ROW(60 + i % 60, 120, NULL, 36.6)::vital_signs END, CASE WHEN i % 6 = 0 THEN ROW(NULL, NULL, NULL, NULL)::vital_signs END, pg_temp.n('minutes', i, 90), pg_temp.amount('fee', i, 250)
FROM generate_series(1, pg_temp.rows(450)) AS i;

INSERT INTO documents (patient_id, number, kind, content, content_xml, created_at)
SELECT 5000 + i % pg_temp.rows(500), i, pg_temp.pick('document', i, ARRAY['letter','scan','Röntgen']),
       CASE WHEN i % 100 = 0 THEN decode(pg_temp.noise('document', i, 1200), 'hex') WHEN i % 3 > 0 THEN sha256(i::text::bytea) END,
       CASE WHEN i % 11 = 0 THEN xmlparse(CONTENT '<letter no="' || i || '">é &amp; ß</letter>') END, CASE WHEN i % 60 = 0 THEN 'infinity' ELSE pg_temp.at('document', i) END
FROM generate_series(1, pg_temp.rows(350)) AS i;

INSERT INTO inbox
SELECT CASE WHEN i % 9 > 0 THEN 'm-' || i / 2 END, ('{"b": ' || i || ',  "a": 1.0, "b": null}')::json, pg_temp.at('inbox', i / 2) FROM generate_series(1, pg_temp.rows(200)) AS i;

INSERT INTO "group" SELECT i, NULLIF('Group ' || i, 'Group 5'), CASE WHEN i % 2 = 0 THEN '"' || i END FROM generate_series(1, 30) AS i;

DELETE FROM treatments WHERE appointment_id % 27 = 0;
DELETE FROM inbox WHERE message_id LIKE '%7';
UPDATE appointments SET reason = 'moved' WHERE id % 14 = 3;
UPDATE patients SET notes = coalesce(notes, '') || '.' WHERE id % 25 = 0;
