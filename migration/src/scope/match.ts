/** A test for names: `*` stands for any letters, `?` for one; all else for itself, case too. */
export function matcher(pattern: string): (name: string) => boolean {
  const source = Array.from(pattern, (letter) =>
    letter === "*" ? ".*" : letter === "?" ? "." : letter.replace(/[\\^$.|+()[\]{}]/u, "\\$&"),
  ).join("");
  const expression = new RegExp(`^${source}$`, "su");
  return (name) => expression.test(name);
}
