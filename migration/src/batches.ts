/** A list in parts of so many items, the last one with what is left, in order. */
export const batchesOf = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));

/** A list in order: as many items as follow each other and belong together, and each other one by itself. */
export function runsOf<Item>(items: readonly Item[], belongs: (item: Item) => boolean): Item[][] {
  const found: Item[][] = [];
  let open = false;
  for (const item of items) {
    const before = open;
    open = belongs(item);
    if (open && before) found.at(-1)?.push(item);
    else found.push([item]);
  }
  return found;
}
