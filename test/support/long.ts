/** Whether the tests that take long run too (`make test-long`). */
export const LONG = process.env["REHOME_LONG"] === "1";

/** All of many cases where tests may take long, and otherwise those that one of each kind is left for. */
export const cases = <Case>(
  all: readonly Case[],
  kept: (one: Case, at: number) => boolean,
): readonly Case[] => (LONG ? all : all.filter(kept));
