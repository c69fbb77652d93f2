INSERT INTO depots
SELECT 'D' || lpad(i::text, 3, '0'), pg_temp.pick('depot', i, ARRAY['Basel','Köln','Gdańsk','Αθήνα','大阪']) || ' ' || i, point(i, -i / 3.0),
       CASE WHEN i % 2 = 0 THEN polygon(box(point(0, 0), point(i, i))) END, ('10.' || i || '.0.0/16')::cidr, CASE WHEN i % 3 > 0 THEN ('08:00:2b:01:02:' || lpad(to_hex(i), 2, '0'))::macaddr END
FROM generate_series(1, 12) AS i;

INSERT INTO vehicles (plate, depot, cargo, inspected, retired, updated_at)
SELECT 'ZH-' || i, 'D' || lpad((1 + i % 12)::text, 3, '0'), CASE WHEN i % 6 > 0 THEN ROW(200 + i % 300, 150.5, NULLIF(i % 180, 0))::dimensions END,
       CASE WHEN i % 4 > 0 THEN ARRAY[pg_temp.day('inspected', i), 'infinity'] END, i % 15 = 0, pg_temp.at('vehicle', i)
FROM generate_series(1, 30 + pg_temp.rows(10)) AS i;

INSERT INTO drivers (name, mentor_id, licence, shift_starts, phone_ip)
SELECT pg_temp.person(i), NULLIF(i / 3, 0), ('x' || to_hex(i % 16))::bit(4)::bit varying, CASE WHEN i % 5 = 0 THEN time '24:00' WHEN i % 5 > 1 THEN time '06:00' + make_interval(mins => (i % 600)::int) END,
       CASE WHEN i % 2 = 0 THEN ('192.168.0.' || i % 250 || '/28')::inet ELSE '::1' END
FROM generate_series(1, 30 + pg_temp.rows(10)) AS i;

INSERT INTO vehicle_bookings
SELECT v, v, tstzrange(timestamptz '2024-01-01 06:00+00' + make_interval(days => d::int), timestamptz '2024-01-01 18:00+00' + make_interval(days => d::int))
FROM generate_series(1, 20) AS v, generate_series(1, pg_temp.rows(10)) AS d;

INSERT INTO routes (name, from_depot, to_depot, stops, distance_km)
SELECT 'Route ' || i, 'D' || lpad((1 + i % 12)::text, 3, '0'), 'D' || lpad((1 + (i + 5) % 12)::text, 3, '0'),
       CASE WHEN i % 3 = 0 THEN ARRAY[['a', 'b'], ['ç', NULL]] ELSE '{}' END, CASE i % 9 WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' ELSE i / 3.0 END
FROM generate_series(1, 60) AS i;

INSERT INTO shipments
SELECT pg_temp.uid('shipment', i), 1 + pg_temp.n('route', i, 60), CASE WHEN i % 4 > 0 THEN 100005 + 5 * i END, status, CASE WHEN i % 5 > 0 THEN ARRAY['planned', status]::shipment_status[] END,
       1 + i % 9, CASE WHEN i % 70 = 0 THEN 'NaN' ELSE i / 7.0 END, CASE i % 20 WHEN 0 THEN 'infinity' WHEN 1 THEN NULL ELSE pg_temp.at('promised', i) END, pg_temp.at('shipment', i)
FROM generate_series(1, pg_temp.rows(500)) AS i, LATERAL (SELECT pg_temp.pick('status', i, ARRAY['planned','loaded','under way','delivered','delivered','lost'])::shipment_status AS status) AS s;

INSERT INTO shipment_items
SELECT pg_temp.uid('shipment', s), p, 'SKU-' || lpad((1 + pg_temp.n('item', s * 5 + p, 300))::text, 8, '0'), 1 + pg_temp.n('count', s * 5 + p, 10)
FROM generate_series(1, pg_temp.rows(500)) AS s, generate_series(1, 2) AS p;

INSERT INTO tracking_points
SELECT pg_temp.uid('shipment', 1 + i % pg_temp.rows(500)), timestamptz '2024-01-01 00:00+00' + make_interval(secs => i * 1.000001), CASE WHEN i % 6 > 0 THEN point(pg_temp.n('x', i, 180), pg_temp.n('y', i, 90) + 0.1) END,
       CASE i % 25 WHEN 0 THEN 'NaN' WHEN 1 THEN '-0' ELSE pg_temp.n('speed', i, 130) / 3.0 END, CASE WHEN i % 250 = 0 THEN decode(pg_temp.noise('raw', i, 300), 'hex') WHEN i % 8 = 0 THEN '\x00'::bytea END
FROM generate_series(1, pg_temp.rows(1000)) AS i;

DELETE FROM shipments WHERE route_id = 7;
DELETE FROM tracking_points WHERE speed = 'NaN' AND position IS NULL;
DELETE FROM vehicle_bookings WHERE vehicle_id = 3;
UPDATE shipments SET parcels = parcels + 1 WHERE route_id % 6 = 1;
UPDATE depots SET code = 'D999' WHERE code = 'D012';
