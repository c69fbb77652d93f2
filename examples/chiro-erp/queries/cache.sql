-- What part of each schema's blocks was found in PostgreSQL's own cache.
SELECT schemaname AS schema, sum(heap_blks_hit + coalesce(idx_blks_hit, 0)) AS hit,
  sum(heap_blks_read + coalesce(idx_blks_read, 0)) AS read,
  round(100.0 * sum(heap_blks_hit + coalesce(idx_blks_hit, 0))
    / nullif(sum(heap_blks_hit + coalesce(idx_blks_hit, 0) + heap_blks_read + coalesce(idx_blks_read, 0)), 0), 1) AS percent
FROM pg_statio_user_tables
WHERE schemaname LIKE '%\_schema'
GROUP BY schemaname
ORDER BY percent NULLS FIRST, schema;
