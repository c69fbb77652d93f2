import type { Policies } from "@pulumi/policy";
import { environmentOf, type Environment } from "./environment";
import { policyOf, type Rule } from "./rule";
import { backups } from "./rules/backups";
import { connections } from "./rules/connections";
import { deletionProtection } from "./rules/deletion-protection";
import { images } from "./rules/images";
import { limits } from "./rules/limits";
import { names } from "./rules/names";
import { ownership } from "./rules/ownership";
import { passwords } from "./rules/passwords";
import { privileges } from "./rules/privileges";
import { publicAddress } from "./rules/public-address";
import { publicGrants } from "./rules/public-grants";
import { tls } from "./rules/tls";
import { verification } from "./rules/verification";

export { environmentOf, type Environment, type Levels } from "./environment";
export { family, type Judged, type Rule, type Violation } from "./rule";

/** Every rule of the pack. */
export const rules: readonly Rule[] = [
  ...[publicAddress, tls, backups, deletionProtection],
  ...[ownership, privileges, publicGrants, passwords],
  ...[verification, names, limits, images, connections],
];

/** The rules as Pulumi's policies, enforced as a stack of this environment asks. */
export const policies = (environment: Environment): Policies =>
  rules.map((rule) => policyOf(rule, environment));

/** The policies for a stack, by its name. */
export const policiesFor = (stack: string): Policies => policies(environmentOf(stack));
