-- Run once on the shared server, as the administrator: psql -d waqiti -f 1-roles.sql
-- Each service becomes a role of its own, which owns its schema and what is in it, and nothing else: unique users with
-- the least privilege, before anything moves. Then give each role its password (\password waqiti_payment_service) and
-- each service its connection. May be run again.
DO $$
DECLARE
  service text;
  role text;
  home text;
  statement text;
BEGIN
  FOREACH service IN ARRAY ARRAY['user', 'payment', 'wallet', 'ledger', 'compliance', 'analytics', 'security', 'notification'] LOOP
    role := format('waqiti_%s_service', service);
    home := format('%s_schema', service);
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
      EXECUTE format('CREATE ROLE %I LOGIN', role);
    END IF;
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', current_database(), role);
    EXECUTE format('ALTER ROLE %I IN DATABASE %I SET search_path = %I', role, current_database(), home);
    EXECUTE format('ALTER SCHEMA %I OWNER TO %I', home, role);
    FOR statement IN
      SELECT format('ALTER %s %I.%I OWNER TO %I', CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, home, c.relname, role)
      FROM pg_class c WHERE c.relnamespace = home::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND c.relkind = 'S')
      UNION ALL SELECT format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure, role) FROM pg_proc p WHERE p.pronamespace = home::regnamespace
      UNION ALL SELECT format('ALTER TYPE %I.%I OWNER TO %I', home, t.typname, role) FROM pg_type t
      WHERE t.typnamespace = home::regnamespace AND t.typtype IN ('e', 'd') AND t.typelem = 0
    LOOP
      EXECUTE statement;
    END LOOP;
  END LOOP;
END $$;
