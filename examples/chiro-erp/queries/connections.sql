-- The sessions of each service, by its role: a role is one schema's. current_schema would be that of whoever asks.
SELECT r.rolname AS role, coalesce(a.state, 'none') AS state, a.application_name, count(a.pid) AS sessions, nullif(r.rolconnlimit, -1) AS at_most
FROM pg_roles r LEFT JOIN pg_stat_activity a ON a.usename = r.rolname AND a.datname = current_database()
WHERE r.rolname LIKE '%\_user'
GROUP BY r.rolname, r.rolconnlimit, a.state, a.application_name
ORDER BY sessions DESC, role;
