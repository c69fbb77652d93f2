-- Check: who may do what in which schema. No service is in another's row, unless it is one of its readers.
SELECT n.nspname AS schema, r.rolname AS role,
  has_schema_privilege(r.oid, n.oid, 'USAGE') AS may_use, has_schema_privilege(r.oid, n.oid, 'CREATE') AS may_create
FROM pg_namespace n CROSS JOIN pg_roles r
WHERE n.nspname LIKE '%\_schema' AND n.nspname <> 'information_schema' AND r.rolname LIKE '%\_user'
  AND (has_schema_privilege(r.oid, n.oid, 'USAGE') OR has_schema_privilege(r.oid, n.oid, 'CREATE'))
ORDER BY 1, 2;
