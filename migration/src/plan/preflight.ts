import type { Finding } from "../types";
import { activity } from "./checks/activity";
import { code } from "./checks/code";
import { cut } from "./checks/cut";
import { extensions } from "./checks/extensions";
import { references } from "./checks/references";
import { scope } from "./checks/scope";
import { serverVersions } from "./checks/server-versions";
import { targetContent } from "./checks/target-content";
import { unmovableObjects } from "./checks/unmovable-objects";
import type { Check, Ends } from "./finding";

/** In the order in which a reader wants to hear of them. */
const CHECKS: readonly Check[] = [
  serverVersions,
  scope,
  cut,
  references,
  unmovableObjects,
  code,
  extensions,
  targetContent,
  activity,
];

/** Everything that forbids a move or that its reader should know. Pure: the inspections say it all. */
export const preflight = (ends: Ends): Finding[] => CHECKS.flatMap((check) => check(ends));
