/**
 * Rehome's engine: takes datasets from one PostgreSQL placement to another. It knows no Pulumi and no stack file.
 *
 * @packageDocumentation
 */
export { cancelMove } from "./cancel";
export type { HostCode } from "./codes";
export { examineHost, installedExtensions, type HostQuery } from "./doctor/examine-host";
export type { HostCheck } from "./doctor/host-checks";
export { isSilence, RehomeError } from "./errors";
export type { LinkHealth } from "./follow/health";
export { move } from "./move";
export { recordedMove, reopenedHome } from "./recorded";
export { placementName } from "./naming";
export { followHealth, followMove, prove, stopFollowing } from "./online";
export { formatPlan } from "./plan/format";
export { some } from "./plan/finding";
export { planMove, type PlanRequest } from "./plan/plan";
export { formatBytes, formatCount, formatDuration } from "./plan/units";
export { gatherReport, type GatheredReport, type ReportDataset, type ReportFacts } from "./report/gather";
export { planReopening, reopen, type Reopening, type ReopenQuery } from "./reopen/reopen";
export type { MigrationHistory } from "./report/history";
export {
  abandon,
  abandonAt,
  arriving,
  concerned,
  release,
  retire,
  type Arrival,
  type Drop,
  type Release,
  type ReleaseQuery,
} from "./release";
export { applyRoleSettings, readRoleSettings, type RoleSettingsQuery } from "./role-settings";
export { sampleSchema, type Sample, type SampleRequest } from "./sample/sample-schema";
export { work, type WorkOptions, type WorkRequest, type Worked } from "./share/work";
export {
  checkConnection,
  databases,
  holdsTables,
  tablesOutside,
  unreadableTables,
  type OwnedTable,
} from "./servers";
export { removeBare, standing, type Claim, type Standing } from "./unclaimed";
export { reusingSessions } from "./sql/kept-sessions";
export { openLocalDoor, type LocalDoor } from "./sql/local-door";
export { sslmodeOf } from "./sql/tls";
export { readEvents, readJournal, type JournalPlace } from "./status/read-journal";
export { readSizes, type SchemaSize } from "./status/read-sizes";
export type {
  EventRecord,
  FenceRecord,
  JournalReading,
  MigrationRecord,
  ProofRecord,
  Share,
} from "./status/records";
export {
  compareHomes,
  type CompareOptions,
  type Comparison,
  type ComparisonKind,
  type TableComparison,
} from "./verify/compare-homes";
export type { DifferentRow, Presence } from "./verify/converge";
export type {
  CloudSqlConnector,
  Declared,
  Endpoint,
  Finding,
  MoveOptions,
  MoveRequest,
  MoveResult,
  Passage,
  Plan,
  Progress,
  Report,
  ServerConnection,
  Stage,
  Strategy,
  TableVerification,
  TenantSchemas,
  Workers,
} from "./types";
