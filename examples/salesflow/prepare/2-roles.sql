-- Run once, as the administrator: psql -d salesflow -f 2-roles.sql
-- The services' roles, on the old server too: a service that goes back works there as what it is, and makes its tables
-- there anew. Give each its password then (\password contact_user).
DO $$
DECLARE
  role text;
  tenant text;
BEGIN
  FOREACH role IN ARRAY ARRAY['registry_user', 'auth_user', 'contact_user', 'activity_user'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
      EXECUTE format('CREATE ROLE %I LOGIN', role);
    END IF;
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', current_database(), role);
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA public TO %I', role);
  END LOOP;
  FOR tenant IN SELECT 'tenant_' || tenant_id FROM public.tenants ORDER BY id LOOP
    CONTINUE WHEN to_regnamespace(tenant) IS NULL;
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO contact_user, activity_user', tenant);
  END LOOP;
END $$;
