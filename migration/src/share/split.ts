import type { Workers } from "../types";

/** A table that rows are to be copied of. */
export interface Stored {
  readonly name: string;
  /** Of its rows, those in its TOAST table too. */
  readonly bytes: number;
  readonly columns: readonly string[];
  readonly binary: boolean;
  /** Its own pages and the file that they are in; absent where its rows are not found by their page. */
  readonly heap?: Heap;
}

/** Where a table's rows are. A rewritten table has another file, and its rows other places. */
export interface Heap {
  readonly pages: number;
  readonly file: string;
}

/** Pages `from` up to, not including, `to`; without it, to the table's end. */
export interface Range {
  readonly from: number;
  readonly to?: number;
  readonly file: string;
}

/** What one COPY takes. */
export interface Part {
  readonly table: string;
  readonly columns: readonly string[];
  readonly binary: boolean;
  /** Of the table, about. */
  readonly bytes: number;
  /** Absent: the whole table. */
  readonly range?: Range;
}

/** What one process copies in one transaction: some whole tables, or a range of one. */
export interface Share {
  readonly parts: readonly Part[];
  /** About. */
  readonly bytes: number;
}

const MB = 1 << 20;
/** A table is worth being divided from twice this size on. */
const SMALLEST = 64 * MB;
/** What is copied again when a process dies. */
const LARGEST = 1024 * MB;
/** Each stream gets about as many, so that all of them end at about the same time. */
const PER_STREAM = 8;
/** Small tables go together, for a transaction costs more than they do; but not too many: each is locked to its end. */
const TOGETHER = { bytes: 16 * MB, tables: 200 };

/** Streams from which on a table is divided among them: fewer are no faster than one alone, whose rows are frozen. */
const STREAMS = 4;
/** Bytes of such a table at least. */
const LARGE = 1024 * MB;

/**
 * Whether one table would keep its stream at work long after all others have ended: it has more than twice of what each
 * would have, for a stream that has a table alone is about as fast as two.
 */
export function outlasts(tables: readonly { readonly bytes: number }[], streams: number): boolean {
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  const largest = tables.reduce((most, table) => Math.max(most, table.bytes), 0);
  return streams >= STREAMS && largest >= LARGE && largest > (2 * bytes) / streams;
}

/** How many bytes a share has, about. */
export function shareBytes(bytes: number, streams: number, { shareBytes: given }: Workers): number {
  return given ?? Math.max(SMALLEST, Math.min(LARGEST, Math.ceil(bytes / (streams * PER_STREAM))));
}

/** Divides tables into shares of about equal size, the biggest first. */
export function split(tables: readonly Stored[], size: number): Share[] {
  const big = (table: Stored): boolean =>
    table.heap !== undefined && table.heap.pages > 1 && table.bytes >= 2 * size && table.columns.length > 0;
  const shares = [
    ...tables.filter(big).flatMap((table) => ranges(table, size)),
    ...groups(tables, size, big),
  ];
  return shares.sort((a, b) => b.bytes - a.bytes);
}

function ranges(table: Stored, size: number): Share[] {
  const { heap, bytes } = table;
  if (heap === undefined) return [];
  const count = Math.min(heap.pages, Math.ceil(bytes / size));
  const at = (index: number): number => Math.floor((heap.pages * index) / count);
  return Array.from({ length: count }, (_, index) => {
    // The last one has no end: whatever is there is copied.
    const to = index === count - 1 ? {} : { to: at(index + 1) };
    const range = { from: at(index), ...to, file: heap.file };
    return { parts: [{ ...partOf(table), range }], bytes: Math.ceil(bytes / count) };
  });
}

function groups(tables: readonly Stored[], size: number, big: (table: Stored) => boolean): Share[] {
  const most = Math.min(size, TOGETHER.bytes);
  const found: { parts: Part[]; bytes: number }[] = [];
  for (const table of tables.filter((one) => !big(one)).sort((a, b) => b.bytes - a.bytes)) {
    const last = found.at(-1);
    if (last !== undefined && last.bytes + table.bytes <= most && last.parts.length < TOGETHER.tables) {
      last.parts.push(partOf(table));
      last.bytes += table.bytes;
    } else found.push({ parts: [partOf(table)], bytes: table.bytes });
  }
  return found;
}

const partOf = ({ name, columns, binary, bytes }: Stored): Part => ({ table: name, columns, binary, bytes });
