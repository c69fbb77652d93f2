/**
 * What servers since 15.20 (17.12) note of each column among its options, by themselves: where it was made or changed last.
 * Nobody has defined it; `pg_dump` before that release writes it as if somebody had, and servers before it refuse it.
 */
export const COLUMN_VERSION = "pg_attver";
