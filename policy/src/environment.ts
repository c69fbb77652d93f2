import type { EnforcementLevel } from "@pulumi/policy";

/** What a stack is for: how strictly it is judged. */
export type Environment = "dev" | "prod";

/** How a rule is enforced in each. */
export type Levels = Readonly<Record<Environment, EnforcementLevel>>;

/** Shown in dev, refused in prod. */
export const REFUSED: Levels = { dev: "advisory", prod: "mandatory" };
/** Of no concern in dev, refused in prod. */
export const PROD_ONLY: Levels = { dev: "disabled", prod: "mandatory" };
/** Shown, and never in the way. */
export const ADVICE: Levels = { dev: "advisory", prod: "advisory" };
/** Refused everywhere: no stack is a place to begin with it. */
export const NEVER: Levels = { dev: "mandatory", prod: "mandatory" };

const PROD = /(^|[-_.])(prod|production|live)([-_.]|$)/i;

/** What a stack is for, by its name: `prod`, `eu-production` and `live-2` are judged as production, all others are not. */
export const environmentOf = (stack: string): Environment => (PROD.test(stack) ? "prod" : "dev");
