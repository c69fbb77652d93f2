-- Run once, as the administrator, in the new database: psql -d salesflow_db -f tracking.sql
-- The migrations' tracking table, as a view of Rehome's journal: nobody writes to it by hand.
CREATE OR REPLACE VIEW public.schema_migrations AS
  SELECT id, migration_id, description, status, started_at, completed_at, error_message FROM rehome.tracking;
GRANT SELECT ON public.schema_migrations TO registry_user, auth_user, contact_user, activity_user;
