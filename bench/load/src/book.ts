import type pg from "pg";

/** What one writer was told of its entries: the version of each, or that it is gone. */
export class Book {
  private readonly versions: number[] = [];
  /** Entries of which no answer came, with what they may be besides. */
  private readonly doubts = new Map<number, number[]>();
  /** Writes that a server acknowledged. */
  acknowledged = 0;

  /** The server said that it is so. */
  tell(n: number, version: number): void {
    this.acknowledged += 1;
    this.versions[n] = version;
    this.doubts.delete(n);
  }

  /** The connection was lost before an answer came. */
  doubt(n: number, version: number): void {
    this.versions[n] ??= GONE;
    this.doubts.set(n, [...(this.doubts.get(n) ?? []), version]);
  }

  /** An entry that is surely there, with its version. */
  any(): readonly [n: number, version: number] | undefined {
    const n = Math.floor(Math.random() * this.versions.length);
    const version = this.versions[n];
    return version === undefined || version === GONE || this.doubts.has(n) ? undefined : [n, version];
  }

  get length(): number {
    return this.versions.length;
  }

  /** Compares with what a home holds of this writer's. */
  compare(found: ReadonlyMap<number, number>): Verdict {
    const verdict = { lost: 0, changed: 0, unknown: 0 };
    this.versions.forEach((told, n) => {
      const there = found.get(n) ?? GONE;
      if (there === told || (this.doubts.get(n) ?? []).includes(there)) return;
      if (there === GONE) verdict.lost += 1;
      else verdict.changed += 1;
    });
    for (const n of found.keys()) if (this.versions[n] === undefined) verdict.unknown += 1;
    return verdict;
  }
}

export const GONE = -1;

/** How many writes are not as their client was told. */
export interface Verdict {
  readonly lost: number;
  readonly changed: number;
  /** There, and nobody was told. */
  readonly unknown: number;
}

/** One writer's entries in a home. @throws Error when one is there twice */
export async function readEntries(client: pg.Client, writer: number): Promise<Map<number, number>> {
  const { rows } = await client.query<[string, number]>({
    text: "SELECT n::text, version FROM entries WHERE writer = $1",
    values: [writer],
    rowMode: "array",
  });
  const found = new Map(rows.map(([n, version]) => [Number(n), version]));
  if (found.size !== rows.length)
    throw new Error(`${rows.length - found.size} entries of writer ${writer} are there twice`);
  return found;
}
