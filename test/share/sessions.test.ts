import { describe, expect, it } from "vitest";
import { sessionsNeeded } from "../../migration/src/plan/needs";

describe("the sessions of a move", () => {
  it("count those of the processes that share in its copy, where there is one", () => {
    const alone = sessionsNeeded("copy", 4);
    expect(sessionsNeeded("copy", 4, 3)).toEqual({ source: alone.source + 3, target: alone.target + 6 });
    for (const strategy of ["template", "set-schema"] as const)
      expect(sessionsNeeded(strategy, 4, 3)).toEqual(sessionsNeeded(strategy, 4));
  });
});
