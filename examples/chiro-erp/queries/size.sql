-- The size of each service's schema: tables, their indexes and TOAST.
SELECT n.nspname AS schema, count(*) AS tables, sum(pg_total_relation_size(c.oid))::bigint AS bytes,
  pg_size_pretty(sum(pg_total_relation_size(c.oid))) AS size
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname LIKE '%\_schema' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'm')
GROUP BY n.nspname
ORDER BY bytes DESC;
