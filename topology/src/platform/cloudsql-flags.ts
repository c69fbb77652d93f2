import type { Unit } from "./units";

/** What a flag of Cloud SQL holds. */
export interface Flag {
  readonly type: "integer" | "float" | "boolean" | "text";
  /** What a bare number counts. */
  readonly unit?: Unit;
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const flags = (flag: Flag, names: string): [string, Flag][] => words(names).map((name) => [name, flag]);

/**
 * The flags that Cloud SQL for PostgreSQL has, by name, with the unit that PostgreSQL keeps them in: Google takes bare
 * numbers alone (https://cloud.google.com/sql/docs/postgres/flags).
 */
export const CLOUD_SQL_FLAGS: ReadonlyMap<string, Flag> = new Map([
  ...flags({ type: "integer", unit: "B" }, "track_activity_query_size log_parameter_max_length"),
  ...flags(
    { type: "integer", unit: "kB" },
    `autovacuum_work_mem gin_pending_list_limit log_temp_files logical_decoding_work_mem maintenance_work_mem
     max_stack_depth temp_file_limit work_mem`,
  ),
  ...flags(
    { type: "integer", unit: "8kB" },
    `effective_cache_size min_parallel_index_scan_size min_parallel_table_scan_size shared_buffers temp_buffers
     wal_buffers`,
  ),
  ...flags({ type: "integer", unit: "MB" }, "max_slot_wal_keep_size max_wal_size min_wal_size"),
  ...flags(
    { type: "integer", unit: "ms" },
    `auto_explain.log_min_duration bgwriter_delay client_connection_check_interval deadlock_timeout
     idle_in_transaction_session_timeout idle_session_timeout lock_timeout log_autovacuum_min_duration
     log_min_duration_sample log_min_duration_statement max_standby_archive_delay max_standby_streaming_delay
     statement_timeout wal_receiver_timeout wal_sender_timeout`,
  ),
  ...flags({ type: "float", unit: "ms" }, "autovacuum_vacuum_cost_delay vacuum_cost_delay"),
  ...flags(
    { type: "integer", unit: "s" },
    `autovacuum_naptime checkpoint_timeout checkpoint_warning tcp_keepalives_idle tcp_keepalives_interval`,
  ),
  ...flags({ type: "integer", unit: "min" }, "old_snapshot_threshold"),
  ...flags(
    { type: "integer" },
    `autovacuum_analyze_threshold autovacuum_freeze_max_age autovacuum_max_workers
     autovacuum_multixact_freeze_max_age autovacuum_vacuum_cost_limit autovacuum_vacuum_insert_threshold
     autovacuum_vacuum_threshold bgwriter_lru_maxpages commit_delay commit_siblings cron.max_running_jobs
     default_statistics_target effective_io_concurrency from_collapse_limit geqo_effort geqo_generations geqo_pool_size
     geqo_threshold gin_fuzzy_search_limit join_collapse_limit maintenance_io_concurrency max_connections
     max_files_per_process max_locks_per_transaction max_logical_replication_workers max_parallel_maintenance_workers
     max_parallel_workers max_parallel_workers_per_gather max_pred_locks_per_page max_pred_locks_per_relation
     max_pred_locks_per_transaction max_prepared_transactions max_replication_slots max_sync_workers_per_subscription
     max_wal_senders max_worker_processes pg_bigm.gin_key_limit pg_stat_statements.max tcp_keepalives_count
     vacuum_cost_limit vacuum_failsafe_age vacuum_freeze_min_age vacuum_freeze_table_age
     vacuum_multixact_failsafe_age vacuum_multixact_freeze_min_age vacuum_multixact_freeze_table_age`,
  ),
  ...flags(
    { type: "float" },
    `auto_explain.sample_rate autovacuum_analyze_scale_factor autovacuum_vacuum_insert_scale_factor
     autovacuum_vacuum_scale_factor bgwriter_lru_multiplier checkpoint_completion_target cpu_index_tuple_cost
     cpu_operator_cost cpu_tuple_cost cursor_tuple_fraction geqo_seed geqo_selection_bias hash_mem_multiplier
     jit_above_cost jit_inline_above_cost jit_optimize_above_cost log_statement_sample_rate
     log_transaction_sample_rate parallel_setup_cost parallel_tuple_cost random_page_cost
     recursive_worktable_factor seq_page_cost`,
  ),
  ...flags(
    { type: "boolean" },
    `auto_explain.log_analyze auto_explain.log_buffers auto_explain.log_nested_statements auto_explain.log_settings
     auto_explain.log_timing auto_explain.log_triggers auto_explain.log_verbose auto_explain.log_wal autovacuum
     cloudsql.allow_passwordless_local_connections cloudsql.enable_auto_explain cloudsql.enable_pg_bigm
     cloudsql.enable_pg_cron cloudsql.enable_pg_hint_plan cloudsql.enable_pg_squeeze cloudsql.enable_pg_wait_sampling
     cloudsql.enable_pgaudit cloudsql.enable_pglogical cloudsql.iam_authentication cloudsql.logical_decoding
     cron.log_run cron.log_statement default_transaction_deferrable default_transaction_read_only enable_async_append
     enable_bitmapscan enable_gathermerge enable_hashagg enable_hashjoin enable_incremental_sort enable_indexonlyscan
     enable_indexscan enable_material enable_memoize enable_mergejoin enable_nestloop enable_parallel_append
     enable_parallel_hash enable_partition_pruning enable_partitionwise_aggregate enable_partitionwise_join
     enable_seqscan enable_sort enable_tidscan geqo hot_standby_feedback jit log_checkpoints log_connections
     log_disconnections log_duration log_executor_stats log_hostname log_lock_waits log_parser_stats log_planner_stats
     log_recovery_conflict_waits log_replication_commands log_statement_stats parallel_leader_participation
     pg_bigm.enable_recheck pg_hint_plan.enable_hint pg_hint_plan.enable_hint_table pg_stat_statements.save
     pg_stat_statements.track_utility pgaudit.log_catalog pgaudit.log_client pgaudit.log_parameter
     pgaudit.log_relation pgaudit.log_statement_once pglogical.batch_inserts pglogical.use_spi
     standard_conforming_strings synchronize_seqscans trace_notify trace_sort track_activities track_commit_timestamp
     track_counts track_io_timing track_wal_io_timing`,
  ),
  ...flags(
    { type: "text" },
    `auto_explain.log_format auto_explain.log_level cloudsql.pg_shadow_select_role constraint_exclusion
     cron.database_name cron.log_min_messages default_tablespace default_toast_compression
     default_transaction_isolation huge_pages log_error_verbosity log_min_error_statement log_min_messages log_statement
     password_encryption pg_hint_plan.debug_print pg_hint_plan.message_level pg_hint_plan.parse_messages
     pg_stat_statements.track pgaudit.log pgaudit.log_level pgaudit.role pglogical.conflict_log_level
     pglogical.conflict_resolution plan_cache_mode session_replication_role ssl_max_protocol_version
     ssl_min_protocol_version synchronous_commit timezone track_functions wal_compression`,
  ),
]);

/** Libraries of `shared_preload_libraries` that a flag of Cloud SQL loads, and those that it always loads. */
export const CLOUD_SQL_LIBRARIES: ReadonlyMap<string, string | undefined> = new Map([
  ["auto_explain", "cloudsql.enable_auto_explain"],
  ["pg_bigm", "cloudsql.enable_pg_bigm"],
  ["pg_cron", "cloudsql.enable_pg_cron"],
  ["pg_hint_plan", "cloudsql.enable_pg_hint_plan"],
  ["pg_squeeze", "cloudsql.enable_pg_squeeze"],
  ["pg_stat_statements", undefined],
  ["pg_wait_sampling", "cloudsql.enable_pg_wait_sampling"],
  ["pgaudit", "cloudsql.enable_pgaudit"],
  ["pglogical", "cloudsql.enable_pglogical"],
]);
