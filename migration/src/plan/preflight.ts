import type { Finding } from "../types";
import { accessMethods } from "./checks/access-methods";
import { activity } from "./checks/activity";
import { code } from "./checks/code";
import { cut } from "./checks/cut";
import { collations } from "./checks/collations";
import { definitions } from "./checks/definitions";
import { disk } from "./checks/disk";
import { encodings } from "./checks/encodings";
import { followed } from "./checks/followed";
import { extensions } from "./checks/extensions";
import { invalidIndexes } from "./checks/invalid-indexes";
import { largeObjects } from "./checks/large-objects";
import { locks } from "./checks/locks";
import { names } from "./checks/names";
import { owner } from "./checks/owner";
import { preparedTransactions } from "./checks/prepared-transactions";
import { references } from "./checks/references";
import { replication } from "./checks/replication";
import { reservedTriggers } from "./checks/reserved-triggers";
import { rights } from "./checks/rights";
import { running } from "./checks/running";
import { scope } from "./checks/scope";
import { serverVersions } from "./checks/server-versions";
import { sessions } from "./checks/sessions";
import { standingFences } from "./checks/standing-fences";
import { tablespaces } from "./checks/tablespaces";
import { rightsOfOthers, surroundings } from "./checks/surroundings";
import { targetContent } from "./checks/target-content";
import { tenants } from "./checks/tenants";
import { unmovableObjects } from "./checks/unmovable-objects";
import { versionFeatures } from "./checks/version-features";
import { wayBack } from "./checks/way-back";
import { writable } from "./checks/writable";
import type { Check, Ends } from "./finding";

/** What makes every further question pointless: one bad line of the stack file is one finding. */
const FIRST: readonly Check[] = [names];

/** In the order in which a reader wants to hear of them. */
const CHECKS: readonly Check[] = [
  writable,
  serverVersions,
  versionFeatures,
  scope,
  cut,
  tenants,
  reservedTriggers,
  owner,
  rights,
  references,
  unmovableObjects,
  largeObjects,
  replication,
  followed,
  code,
  definitions,
  wayBack,
  extensions,
  surroundings,
  rightsOfOthers,
  encodings,
  collations,
  accessMethods,
  targetContent,
  standingFences,
  preparedTransactions,
  sessions,
  locks,
  disk,
  invalidIndexes,
  tablespaces,
  running,
  activity,
];

/** Everything that forbids a move or that its reader should know. Pure: the inspections say it all. */
export function preflight(ends: Ends): Finding[] {
  const first = FIRST.flatMap((check) => check(ends));
  return first.length > 0 ? first : CHECKS.flatMap((check) => check(ends));
}
