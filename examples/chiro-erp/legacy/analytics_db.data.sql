INSERT INTO dim_date (day, is_holiday)
SELECT date '2023-01-01' + i, i % 31 = 0 FROM generate_series(0, 729) AS i;

INSERT INTO dim_clinic (code, opened, tags)
SELECT 'clinic-' || i, CASE WHEN i % 6 = 0 THEN date '-infinity' WHEN i % 7 = 0 THEN date 'infinity' ELSE pg_temp.day('opened', i) END,
       CASE WHEN i % 4 = 0 THEN '{}' ELSE ARRAY['region ' || i % 5, NULL, 'a,"b"'] END
FROM generate_series(1, 20) AS i;

INSERT INTO metrics (name, kind, formula, thresholds)
SELECT 'metric ' || i, pg_temp.pick('kind', i, ARRAY['count','sum','ratio'])::metric_kind, NULLIF('a / ' || i, 'a / 3'),
       CASE WHEN i % 3 = 0 THEN ARRAY['-Infinity'::float8, 0, 'Infinity'] END
FROM generate_series(1, 12) AS i;

INSERT INTO fact_visits
SELECT c, d, h, pg_temp.n('visits', c * 100000 + (d - date '2023-01-01') * 24 + h, 40), pg_temp.amount('revenue', c * 100000 + (d - date '2023-01-01') * 24 + h, 5000),
       CASE WHEN h % 5 = 0 THEN NULL WHEN h % 11 = 0 THEN 'NaN'::real ELSE pg_temp.n('satisfaction', c + h, 50) / 10.0 END,
       1.0 / (1 + pg_temp.n('share', c * 31 + h, 97))
FROM generate_series(1, pg_temp.rows(1200)) AS i,
     LATERAL (SELECT 1000 + 10 * (i % 20)::integer AS c, date '2023-01-01' + ((i / 20) % 730)::integer AS d, ((i / 14600) % 24)::integer AS h) AS k
ON CONFLICT DO NOTHING;

INSERT INTO metric_values
SELECT 1 + i % 12, timestamptz '2023-01-01 00:00+00' + make_interval(mins => i::integer),
       CASE i % 50 WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' WHEN 2 THEN '-Infinity' WHEN 3 THEN '-0' WHEN 4 THEN 1e308 WHEN 5 THEN 5e-324 ELSE sqrt(i) END,
       CASE WHEN i % 2 = 0 THEN (i / 3.0)::real END
FROM generate_series(1, pg_temp.rows(800)) AS i;

INSERT INTO reports
SELECT pg_temp.uid('report', i), 'Report ' || i || pg_temp.pick('title', i, ARRAY['', ' – Übersicht', ' 概要']),
       pg_temp.pick('format', i, ARRAY['PDF','xlsx','CSV'])::"Report Format", pg_temp.n('order', i, 9) - 4,
       jsonb_build_object('columns', jsonb_build_array('a', i, NULL, true), 'filter', jsonb_build_object('x', 1.50)),
       CASE WHEN i % 10 = 0 THEN decode(pg_temp.noise('report', i, 1500), 'hex') WHEN i % 3 = 0 THEN '\x'::bytea END,
       CASE WHEN i % 4 = 0 THEN tsrange('2024-01-01', NULL) WHEN i % 4 = 1 THEN tsrange('2024-01-01', '2024-02-01', '[]') END,
       pg_temp.at('report', i)
FROM generate_series(1, 30 + pg_temp.rows(10)) AS i;

INSERT INTO report_runs (report_id, started_at, took, error, requested_by)
SELECT pg_temp.uid('report', 1 + pg_temp.n('run report', i, 30)), pg_temp.at('run', i), make_interval(secs => pg_temp.n('took', i, 900) / 10.0),
       CASE WHEN i % 15 = 0 THEN 'timeout after ' || i || ' ms' WHEN i % 16 = 0 THEN '' END, NULLIF(pg_temp.n('requested', i, 200), 0)
FROM generate_series(1, pg_temp.rows(500)) AS i;

INSERT INTO query_cache SELECT 'query ' || i, jsonb_build_object('rows', i), pg_temp.at('cache', i) FROM generate_series(1, pg_temp.rows(50)) AS i;

DELETE FROM report_runs WHERE id % 19 = 4;
DELETE FROM metric_values WHERE metric_id = 5 AND value > 20;
UPDATE fact_visits SET visits = visits + 1 WHERE hour = 0 AND clinic_id % 70 = 0;
UPDATE reports SET "order" = "order" + 10 WHERE "order" < 0;
REFRESH MATERIALIZED VIEW monthly_revenue;
