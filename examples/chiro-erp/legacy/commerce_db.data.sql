INSERT INTO categories (parent_id, name, position)
SELECT CASE WHEN i > 8 THEN 1 + (i % 8) END, pg_temp.pick('category', i, ARRAY['Tables','Pillows','Gels','Tapes','Bücher']) || ' ' || i, i % 10
FROM generate_series(1, 40) AS i;

INSERT INTO products (sku, category_id, name, description, price, vat_rate, attributes, picture, updated_at)
SELECT 'SKU-' || lpad(i::text, 8, '0'), 1 + pg_temp.n('category', i, 40),
       pg_temp.pick('adjective', i, ARRAY['Soft','Firm','Grüne','Ergonomic','特大']) || ' ' || pg_temp.pick('noun', i, ARRAY['pillow','table','roller','tape','gel']) || ' ' || i,
       CASE WHEN i % 5 = 0 THEN NULL WHEN i % 5 = 1 THEN '' ELSE 'For the lower back, model ' || i END,
       CASE WHEN i = 1 THEN 9999999999.99 WHEN i = 2 THEN 0 ELSE pg_temp.amount('price', i, 900) END, CASE WHEN i % 4 = 0 THEN 0.07 ELSE 0.19 END,
       jsonb_build_object('tags', jsonb_build_array('t' || i % 7, 'x'), 'weight', i / 8.0),
       CASE WHEN i % 200 = 0 THEN decode(pg_temp.noise('picture', i, 1000), 'hex') END, pg_temp.at('product', i)
FROM generate_series(1, pg_temp.rows(300)) AS i;

INSERT INTO price_periods
SELECT i, daterange(date '2023-01-01' + k * 100, date '2023-01-01' + k * 100 + 100), ROW(pg_temp.amount('period', i * 10 + k, 800), 'EUR')::money_amount
FROM generate_series(1, pg_temp.rows(100)) AS i, generate_series(0, 2) AS k;

INSERT INTO customers
SELECT pg_temp.uid('customer', i), pg_temp.person(i), CASE WHEN i % 3 > 0 THEN jsonb_build_object('iban', 'DE' || pg_temp.h('iban', i)) END
FROM generate_series(1, pg_temp.rows(250)) AS i;

INSERT INTO orders (customer_id, state, placed_at, total, history, updated_at)
SELECT pg_temp.uid('customer', 1 + pg_temp.n('order customer', i, pg_temp.rows(250))), state, CASE WHEN state <> 'cart' THEN pg_temp.at('placed', i) END,
       CASE WHEN i % 10 = 0 THEN NULL WHEN i % 10 = 1 THEN ROW(NULL, 'USD')::money_amount ELSE ROW(pg_temp.amount('total', i, 2000), 'EUR')::money_amount END,
       ARRAY['cart', state]::order_state[], pg_temp.at('order', i)
FROM generate_series(1, pg_temp.rows(500)) AS i,
     LATERAL (SELECT pg_temp.pick('state', i, ARRAY['cart','placed','paid','shipped','shipped','returned','cancelled'])::order_state AS state) AS s;

INSERT INTO order_lines (order_id, line, product_id, quantity, price)
SELECT o, l, 1 + pg_temp.n('line product', o * 10 + l, pg_temp.rows(300)), 1 + pg_temp.n('quantity', o * 10 + l, 5), pg_temp.amount('line', o * 10 + l, 300)
FROM generate_series(1, pg_temp.rows(500)) AS o, generate_series(1, 3) AS l WHERE l <= 1 + o % 3;

INSERT INTO payments
SELECT pg_temp.uid('payment', i), i, ROW(0.01 + pg_temp.amount('paid', i, 500), 'EUR')::money_amount, pg_temp.pick('provider', i, ARRAY['stripe','paypal','bank']),
       CASE WHEN i % 8 > 0 THEN 'ref-' || i END, jsonb_build_object('raw', i, 'note', E'quote " and \\ and \u2028'), pg_temp.at('payment', i)
FROM generate_series(1, pg_temp.rows(350)) AS i;

INSERT INTO "Voucher"
SELECT 'V' || i, pg_temp.person(i), i % 100 + 0.5, CASE WHEN i % 2 = 0 THEN ARRAY[date 'infinity', pg_temp.day('voucher', i), NULL] ELSE '{}' END
FROM generate_series(1, pg_temp.rows(40)) AS i;

DELETE FROM payments WHERE order_id % 21 = 2;
DELETE FROM order_lines WHERE order_id % 29 = 3;
UPDATE orders SET total = ROW(1.00, 'CHF')::money_amount WHERE id % 17 = 0;
UPDATE products SET price = price + 1 WHERE id % 11 = 5;
SELECT setval('order_number', nextval('order_number'), true);
