-- Run once, before the tenants' schemas are divided, as their owner or the administrator, with psql:
--   psql -d salesflow -f 1-tenants.sql
-- In each tenant's schema: the foreign key between the two services' tables goes (the id stays), and the activity
-- service's migrations get a Flyway history of their own (spring.flyway.table: activity_schema_history), as each of
-- the two schemas will need one. May be run again. One transaction for each tenant.
DO $$
DECLARE
  tenant text;
BEGIN
  FOR tenant IN SELECT 'tenant_' || tenant_id FROM public.tenants ORDER BY id LOOP
    CONTINUE WHEN to_regclass(format('%I.activities', tenant)) IS NULL;
    EXECUTE format('ALTER TABLE %I.activities DROP CONSTRAINT IF EXISTS activities_contact_fkey', tenant);
    IF to_regclass(format('%I.activity_schema_history', tenant)) IS NULL THEN
      EXECUTE format('CREATE TABLE %1$I.activity_schema_history (LIKE %1$I.flyway_schema_history INCLUDING ALL)', tenant);
      EXECUTE format('ALTER TABLE %1$I.activity_schema_history OWNER TO %2$I', tenant,
        (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = format('%I.activities', tenant)::regclass));
      EXECUTE format($f$WITH moved AS (DELETE FROM %1$I.flyway_schema_history WHERE script LIKE '%%\_\_activity%%' RETURNING *)
        INSERT INTO %1$I.activity_schema_history SELECT * FROM moved$f$, tenant);
    END IF;
    COMMIT;
  END LOOP;
END $$;
