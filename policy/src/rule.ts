import type {
  Policies,
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  StackValidationArgs,
} from "@pulumi/policy";
import type { Levels } from "./environment";
import { known, type Props } from "./known";

/** A resource as rules see it. */
export interface Judged {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: Props;
  /** Outputs that the program has kept secret whatever its provider says. */
  readonly secretOutputs: readonly string[];
  /** Of a stack's resources alone. */
  readonly parent?: Judged;
}

/** What a review refuses. */
export interface Rule {
  /** kebab-case; what `--policy-pack-config` names. */
  readonly name: string;
  /** What must be so, and why. */
  readonly description: string;
  readonly levels: Levels;
  /** What is wrong with one resource by itself: what was found, why it matters, what to write. */
  readonly resource?: (resource: Judged) => readonly string[];
  /** What is wrong with the resources of a stack taken together, by the resource that is to change. */
  readonly stack?: (resources: readonly Judged[]) => readonly Violation[];
}

/** A violation that only shows when resources are read together. */
export interface Violation {
  readonly urn: string;
  readonly message: string;
}

type Policy = Policies[number];

const judged = ({ type, name, urn, props, opts }: ResourceValidationArgs | PolicyResource): Judged => ({
  ...{ type, name, urn },
  props: known(props) as Props,
  secretOutputs: opts.additionalSecretOutputs,
});

/** A stack's resources, each with its parent. */
export const family = ({ resources }: Pick<StackValidationArgs, "resources">): readonly Judged[] => {
  const made = new Map<string, Judged>();
  const make = (resource: PolicyResource): Judged => {
    const already = made.get(resource.urn);
    if (already !== undefined) return already;
    const one = { ...judged(resource), ...(resource.parent && { parent: make(resource.parent) }) };
    made.set(resource.urn, one);
    return one;
  };
  return resources.map(make);
};

/** A rule as Pulumi's policy library takes it. */
export const policyOf = (
  { name, description, levels, resource, stack }: Rule,
  environment: keyof Levels,
): Policy => {
  const policy = { name, description, enforcementLevel: levels[environment] };
  if (stack !== undefined) {
    const validateStack = (args: StackValidationArgs, report: ReportViolation): void => {
      for (const { message, urn } of stack(family(args))) report(message, urn);
    };
    return { ...policy, validateStack };
  }
  const validateResource = (args: ResourceValidationArgs, report: ReportViolation): void => {
    for (const message of resource?.(judged(args)) ?? []) report(message);
  };
  return { ...policy, validateResource };
};
