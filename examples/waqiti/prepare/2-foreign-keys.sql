-- Run once on the shared server, before the first wave: psql -d waqiti -f 2-foreign-keys.sql
-- No foreign key reaches into another server. The ids stay, and the services see to them from now on; what dangles
-- already is shown first, for somebody to look at.
SELECT 'wallet of nobody' AS what, count(*) FROM wallet_schema.wallets w WHERE NOT EXISTS (SELECT FROM user_schema.users u WHERE u.id = w.user_id)
UNION ALL SELECT 'payment from no wallet', count(*) FROM payment_schema.payments p WHERE NOT EXISTS (SELECT FROM wallet_schema.wallets w WHERE w.id = p.wallet_id)
UNION ALL SELECT 'entry of no payment', count(*) FROM ledger_schema.entries e WHERE e.payment_id IS NOT NULL AND NOT EXISTS (SELECT FROM payment_schema.payments p WHERE p.id = e.payment_id);
ALTER TABLE wallet_schema.wallets DROP CONSTRAINT IF EXISTS wallets_user_fkey;
ALTER TABLE payment_schema.payments DROP CONSTRAINT IF EXISTS payments_wallet_fkey;
ALTER TABLE ledger_schema.entries DROP CONSTRAINT IF EXISTS entries_payment_fkey;
COMMENT ON COLUMN wallet_schema.wallets.user_id IS 'Of the user service: an id, no foreign key';
COMMENT ON COLUMN payment_schema.payments.wallet_id IS 'Of the wallet service: an id, no foreign key';
COMMENT ON COLUMN ledger_schema.entries.payment_id IS 'Of the payment service: an id, no foreign key';
