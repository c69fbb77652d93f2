/** An error as a user should read it: its message, with the code when it has one, and no stack or cause. */
export const plainError = (error: unknown): Error => {
  const { message, code } = error as { message?: unknown; code?: unknown };
  const said = typeof message === "string" && message !== "" ? message : String(error);
  const marked = typeof code === "string" && !said.includes(code) ? `${said} [${code}]` : said;
  const plain = new Error(marked);
  plain.stack = marked;
  return plain;
};

/** What `check` answers when an input will not do: nothing is touched, and the reason is printed with the property. */
export const failure = <Inputs>(inputs: Inputs, property: string, ...reasons: readonly string[]) => ({
  inputs,
  failures: reasons.map((reason) => ({ property, reason })),
});
