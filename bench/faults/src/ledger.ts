/** Where a client's write may be found, and what it is then: `undefined` stands for nothing. */
type Value = string | undefined;

interface Entry {
  readonly certain: Value;
  /** What it may be besides: the outcome of a write is unknown. */
  readonly maybe: readonly Value[];
}

export type Kind = "note" | "order" | "event" | "transfer" | "column" | "table" | "index";

/** Something that the ledger knows better. */
export interface Violation {
  readonly what:
    | "lost"
    | "duplicated"
    | "changed"
    | "unknown"
    | "left-behind"
    | "neither"
    | "both"
    | "hung"
    | "refused"
    | "died"
    | "untold";
  readonly detail: string;
}

/** One thing found in a home. */
export interface Found {
  readonly kind: Kind;
  readonly id: string;
  readonly value: string;
}

const keyOf = (kind: Kind, id: string): string => `${kind} ${id}`;

/** What clients were told: each write's last acknowledged value, and what it may be where no answer came. */
export class Ledger {
  private readonly entries = new Map<string, Entry>();
  private readonly tickets = new Map<string, number>();
  acknowledged = 0;
  unknown = 0;

  /** Something that was there before any client came. */
  given(kind: Kind, id: string, value: string): void {
    this.entries.set(keyOf(kind, id), { certain: value, maybe: [] });
  }

  /** The server acknowledged that this is so now. */
  acknowledge(kind: Kind, id: string, value: Value): void {
    this.acknowledged += 1;
    this.entries.set(keyOf(kind, id), { certain: value, maybe: [] });
  }

  /** The connection was lost before an answer came: it may be so, or be as it was. */
  doubt(kind: Kind, id: string, value: Value): void {
    this.unknown += 1;
    const { certain, maybe } = this.entries.get(keyOf(kind, id)) ?? { certain: undefined, maybe: [] };
    this.entries.set(keyOf(kind, id), { certain, maybe: [...maybe, value] });
  }

  /** A sequence gave this number out; it must never do so again. */
  draw(ticket: string): void {
    this.acknowledged += 1;
    this.tickets.set(ticket, (this.tickets.get(ticket) ?? 0) + 1);
  }

  /** Ids of a kind that are surely there, oldest first. */
  surely(kind: Kind): string[] {
    return [...this.entries]
      .filter(
        ([key, entry]) =>
          key.startsWith(`${kind} `) && entry.certain !== undefined && entry.maybe.length === 0,
      )
      .map(([key]) => key.slice(kind.length + 1));
  }

  value(kind: Kind, id: string): Value {
    return this.entries.get(keyOf(kind, id))?.certain;
  }

  /** Transfers that are surely there, or were found to be: each account's due is their sum. */
  values(kind: Kind): string[] {
    return this.surely(kind).map((id) => this.value(kind, id) ?? "");
  }

  /**
   * Compares with all that was found in a home, for the kinds of the ledger. What was in doubt is known from then on.
   */
  compare(found: readonly Found[]): Violation[] {
    const there = new Map<string, string[]>();
    for (const { kind, id, value } of found) {
      const key = keyOf(kind, id);
      there.set(key, [...(there.get(key) ?? []), value]);
    }
    const violations = [...this.tickets]
      .filter(([, times]) => times > 1)
      .map(([ticket, times]): Violation => ({
        what: "duplicated",
        detail: `ticket ${ticket}: given out ${times} times`,
      }));
    for (const [key, entry] of this.entries) {
      const values = there.get(key) ?? [];
      there.delete(key);
      const wrong = judge(key, entry, values);
      if (wrong === undefined) this.entries.set(key, { certain: values[0], maybe: [] });
      else violations.push(wrong);
    }
    for (const [key, values] of there) {
      violations.push({ what: "unknown", detail: `${key}: ${values.join(", ")}, which nobody was told of` });
    }
    return violations;
  }
}

function judge(key: string, { certain, maybe }: Entry, values: readonly string[]): Violation | undefined {
  if (values.length > 1) return { what: "duplicated", detail: `${key}: ${values.length} times` };
  const allowed = [certain, ...maybe];
  if (allowed.includes(values[0])) return undefined;
  const expected = allowed.map((value) => value ?? "nothing").join(" or ");
  if (values[0] === undefined) return { what: "lost", detail: `${key}: ${expected} expected` };
  return { what: "changed", detail: `${key}: ${values[0]} there, ${expected} expected` };
}
