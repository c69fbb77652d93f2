INSERT INTO suppliers
SELECT pg_temp.uid('supplier', i), 'Supplier ' || pg_temp.person(i), ARRAY['CH', pg_temp.pick('country', i, ARRAY['DE','CN','PL'])]::char(2)[], CASE WHEN i % 6 > 0 THEN (i % 500) / 100.0 END,
       CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN daterange(NULL, NULL) ELSE daterange(pg_temp.day('contract', i), NULL, '[)') END, make_interval(months => (i % 3)::int, days => (i % 40)::int, secs => i / 8.0), pg_temp.at('supplier', i)
FROM generate_series(1, 40 + pg_temp.rows(10)) AS i;

INSERT INTO parts
SELECT 'PN' || i, pg_temp.pick('part', i, ARRAY['Screw','Spring','Schaum','Ροδέλα','螺丝']) || ' M' || i % 30, CASE WHEN i % 12 = 0 THEN 'PN' || (i - 1) END,
       CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN ROW(NULL, 'kg')::quantity ELSE ROW(i / 16.0, 'g')::quantity END,
       jsonb_build_object('material', pg_temp.pick('material', i, ARRAY['steel','Holz','']), 'tolerance', 0.000001 * i, 'list', '[]'::jsonb),
       CASE WHEN i % 120 = 0 THEN decode(pg_temp.noise('drawing', i, 1000), 'hex') END, i % 9 > 0, pg_temp.at('part', i)
FROM generate_series(1, pg_temp.rows(300)) AS i;

INSERT INTO part_suppliers
SELECT 'PN' || i, pg_temp.uid('supplier', 1 + (i + k * 13) % 40), pg_temp.amount('price', i * 3 + k, 500) + 0.00000001 * k, CASE WHEN k = 1 THEN 100 END
FROM generate_series(1, pg_temp.rows(300)) AS i, generate_series(1, 2) AS k;

INSERT INTO bills_of_material
SELECT 'PN' || i, 'PN' || i * 2 + k - 1, 1 + pg_temp.n('bom', i * 2 + k, 9) / 4.0
FROM generate_series(2, pg_temp.rows(300) / 2 - 1) AS i, generate_series(1, 2) AS k;

INSERT INTO warehouses SELECT 'W' || i, 'Warehouse ' || i, CASE WHEN i % 2 = 0 THEN ARRAY[i::int, NULL, -2147483648, 2147483647] ELSE '[0:1]={7,8}'::int[] END FROM generate_series(1, 4) AS i;

INSERT INTO stock (warehouse, part, on_hand, reserved, counted_at)
SELECT 'W' || 1 + i % 4, 'PN' || i, CASE WHEN i % 77 = 0 THEN 999999999999.9999 ELSE pg_temp.amount('on hand', i, 1000) END, pg_temp.amount('reserved', i, 300), CASE i % 10 WHEN 0 THEN NULL WHEN 1 THEN 'infinity' ELSE pg_temp.day('counted', i) END
FROM generate_series(1, pg_temp.rows(300)) AS i;

INSERT INTO lots (part, warehouse, expires, seal)
SELECT 'PN' || 1 + i % pg_temp.rows(300), 'W' || 1 + (1 + i % pg_temp.rows(300)) % 4, CASE WHEN i % 3 > 0 THEN pg_temp.day('expires', i) + 1000 END, CASE WHEN i % 4 > 0 THEN pg_temp.uid('seal', i) END
FROM generate_series(1, pg_temp.rows(250)) AS i;

INSERT INTO movements (kind, part, lot, moved, moved_at, note)
SELECT pg_temp.pick('movement', i, ARRAY['receipt','issue','issue','transfer','count'])::movement_kind, 'PN' || 1 + i % pg_temp.rows(300), CASE WHEN i % 2 = 0 THEN 7 * (1 + i % pg_temp.rows(250)) END,
       ROW(CASE WHEN i % 88 = 0 THEN 'NaN' ELSE i / 32.0 END, CASE WHEN i % 3 > 0 THEN 'pcs' END)::quantity, pg_temp.at('movement', i), CASE i % 8 WHEN 0 THEN '' WHEN 1 THEN E'first\r\nsecond' WHEN 2 THEN '\N' ELSE NULL END
FROM generate_series(1, pg_temp.rows(700)) AS i;

INSERT INTO planning_runs SELECT 'PN' || i, date '2024-01-01' + 7 * (i % 52)::int, i * 1.5 FROM generate_series(1, pg_temp.rows(60)) AS i;

INSERT INTO work_orders (assembly, planned, started, finished)
SELECT 'PN' || 1 + i % pg_temp.rows(300), int4range((i % 100)::int, (i % 100)::int + 5), CASE WHEN i % 5 > 0 THEN pg_temp.at('started', i) AT TIME ZONE 'UTC' END,
       CASE WHEN i % 5 > 1 THEN (pg_temp.at('started', i) AT TIME ZONE 'UTC') + make_interval(mins => pg_temp.n('took', i, 5000)) END
FROM generate_series(1, pg_temp.rows(150)) AS i;

DELETE FROM movements WHERE id % 33 = 9;
DELETE FROM work_orders WHERE id % 10 = 4;
DELETE FROM lots WHERE number % 133 = 0;
UPDATE stock SET reserved = reserved + 1 WHERE part LIKE '%5';
UPDATE parts SET active = NOT active WHERE number LIKE '%33';
REFRESH MATERIALIZED VIEW cheapest_supplier;
