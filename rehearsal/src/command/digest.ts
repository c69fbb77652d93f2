import type { RehearseResult } from "../run/rehearse";

/** What `--json` prints: steps (a replacement is one), how many of each kind, and what was said, in the form of Pulumi's digest. */
export const digest = (result: RehearseResult, milliseconds: number): object => {
  const changeSummary: Record<string, number> = {};
  const steps = result.steps.filter(({ op }) => op !== "create-replacement" && op !== "delete-replaced");
  for (const { op } of steps) changeSummary[op] = (changeSummary[op] ?? 0) + 1;
  return {
    steps,
    diagnostics: result.diagnostics
      .filter(({ ephemeral }) => !ephemeral)
      .map(({ urn, message, severity }) => ({ ...(urn === "" ? {} : { urn }), message, severity })),
    policyViolations: result.violations.map(({ policy, level, urn, message }) => ({
      ...{ policy, enforcementLevel: level, urn, message },
    })),
    duration: milliseconds * 1_000_000, // Pulumi counts nanoseconds
    changeSummary,
  };
};
