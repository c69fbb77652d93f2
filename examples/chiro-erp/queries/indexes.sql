-- How often each index is used, the least used first: candidates to drop, if they are no constraint's.
SELECT schemaname AS schema, relname AS table, indexrelname AS index, idx_scan AS scans,
  pg_size_pretty(pg_relation_size(indexrelid)) AS size
FROM pg_stat_user_indexes
WHERE schemaname LIKE '%\_schema'
ORDER BY idx_scan, pg_relation_size(indexrelid) DESC;
