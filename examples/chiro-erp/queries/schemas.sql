-- Check: each service's schema is there, and its role owns it and every table in it. No row may say anything but its own.
SELECT n.nspname AS schema, pg_get_userbyid(n.nspowner) AS owner,
  count(c.oid) AS tables, count(c.oid) FILTER (WHERE c.relowner <> n.nspowner) AS strangers
FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm')
WHERE n.nspname LIKE '%\_schema' AND n.nspname <> 'information_schema'
GROUP BY n.nspname, n.nspowner
ORDER BY 1;
