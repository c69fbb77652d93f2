import { quoted } from "./quoted";

/** Edits (insert, delete, replace, swap of neighbours) that turn one word into the other; case counts half. */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const [a, b] = [from.charAt(row - 1), to.charAt(column - 1)];
      const replace = a === b ? 0 : a.toLowerCase() === b.toLowerCase() ? 0.5 : 1;
      let cost = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + replace,
      );
      const swapped = row > 1 && column > 1 && a === to.charAt(column - 2) && from.charAt(row - 2) === b;
      if (swapped) cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    before = above;
    above = current;
  }
  return above[to.length] ?? 0;
}

/** The known word that was probably meant by `word`, or undefined when none is near (a third of its letters). */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 100) return undefined;
  const scored = known
    .filter((candidate) => Math.abs(candidate.length - word.length) <= 4)
    .map((candidate) => ({ candidate, cost: distance(word, candidate) }))
    .filter(({ candidate, cost }) => cost <= Math.max(1, Math.min(3, Math.floor(candidate.length / 3))));
  return scored.sort((a, b) => a.cost - b.cost)[0]?.candidate;
}

/** ` Did you mean "shared"?`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const guess = nearest(word, known);
  return guess === undefined ? "" : ` Did you mean ${quoted(guess)}?`;
}

/** A list for a message: the first twenty, then how many more. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const rest = names.length > 20 ? ` and ${names.length - 20} more` : "";
  return names.slice(0, 20).map(inOneLine).join(", ") + rest;
}

/** A name as it is when it is plain, quoted and escaped when it could be misread. */
function inOneLine(name: string): string {
  return /^[\p{L}\p{N}_*?{}<>:/.-]+$/u.test(name) ? name : quoted(name);
}
