/**
 * Whether some table's name matches both patterns (`*` any letters, `?` exactly one). Walks both at once: a cell says
 * whether the rests of the two patterns can still match the same text.
 */
export function patternsMeet(one: string, other: string): boolean {
  const [left, right] = [Array.from(one), Array.from(other)];
  let below: boolean[] = [];
  for (let i = left.length; i >= 0; i--) {
    const row: boolean[] = [];
    for (let j = right.length; j >= 0; j--) {
      const [a, b] = [left[i], right[j]];
      if (a === undefined && b === undefined) row[j] = true;
      else if (a === "*") row[j] = (below[j] ?? false) || (b !== undefined && (row[j + 1] ?? false));
      else if (b === "*") row[j] = (row[j + 1] ?? false) || (a !== undefined && (below[j] ?? false));
      else
        row[j] =
          a !== undefined &&
          (a === b || (a === "?" && b !== undefined) || b === "?") &&
          (below[j + 1] ?? false);
    }
    below = row;
  }
  return below[0] ?? false;
}

/** Whether two selections of tables of one schema can share a table; no selection is the whole schema. */
export function selectionsMeet(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): boolean {
  if (one === undefined || other === undefined) return true;
  return one.some((left) => other.some((right) => patternsMeet(left, right)));
}
