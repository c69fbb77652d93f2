/** The edition of Cloud SQL that has a machine type: only the larger one has `db-perf-optimized-N-…`, and it has no other. */
export const cloudSqlEdition = (tier: string): "ENTERPRISE" | "ENTERPRISE_PLUS" =>
  tier.startsWith("db-perf-optimized-") || tier.startsWith("db-c4a-") ? "ENTERPRISE_PLUS" : "ENTERPRISE";
