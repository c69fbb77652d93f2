import type { RehearseResult } from "../run/rehearse";

/** What `--json` prints: steps, how many of each kind, and what was said, in the form of Pulumi's digest. */
export const digest = (result: RehearseResult, milliseconds: number): object => {
  const changeSummary: Record<string, number> = {};
  for (const { op } of result.steps) changeSummary[op] = (changeSummary[op] ?? 0) + 1;
  return {
    steps: result.steps,
    diagnostics: result.diagnostics
      .filter(({ ephemeral }) => !ephemeral)
      .map(({ urn, message, severity }) => ({ ...(urn === "" ? {} : { urn }), message, severity })),
    duration: milliseconds * 1_000_000, // Pulumi counts nanoseconds
    changeSummary,
  };
};
