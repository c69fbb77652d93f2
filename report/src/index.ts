/**
 * Draws where a stack's data lives and what has moved: an HTML report, and the picture of its topology. Pure: plain data
 * in, text out.
 *
 * @packageDocumentation
 */
export { journeys, type Journey } from "./journeys";
export type {
  CopiedTable,
  Dataset,
  Event,
  Finding,
  Grant,
  Host,
  Migration,
  MigrationState,
  Placement,
  Sample,
  SchemaRights,
  StackReport,
  VerifiedSequence,
  VerifiedTable,
} from "./model";
export { renderReport } from "./page/page";
export { renderTopology } from "./topology-picture";
