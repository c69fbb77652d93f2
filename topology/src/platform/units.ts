/** Units that PostgreSQL keeps parameters in (`pg_settings.unit`). */
export type Unit = "B" | "kB" | "8kB" | "MB" | "ms" | "s" | "min";

const BYTES: Readonly<Record<string, number>> = { B: 1, kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };
const MICROSECONDS: Readonly<Record<string, number>> = {
  ...{ us: 1, ms: 1_000, s: 1_000_000, min: 60_000_000 },
  ...{ h: 3_600_000_000, d: 86_400_000_000 },
};

/** How many bytes or microseconds one of a unit is, and the units that a value of its kind may be written in. */
const KINDS: Readonly<
  Record<Unit, { readonly size: number; readonly written: Readonly<Record<string, number>> }>
> = {
  B: { size: 1, written: BYTES },
  kB: { size: 2 ** 10, written: BYTES },
  "8kB": { size: 2 ** 13, written: BYTES },
  MB: { size: 2 ** 20, written: BYTES },
  ms: { size: 1_000, written: MICROSECONDS },
  s: { size: 1_000_000, written: MICROSECONDS },
  min: { size: 60_000_000, written: MICROSECONDS },
};

const NUMBER = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([A-Za-z]*)\s*$/i;

type Reading =
  { readonly value: number; readonly trouble?: never } | { readonly value?: never; readonly trouble: string };

/**
 * A number as PostgreSQL reads it from its configuration, in the parameter's own unit: `8MB` of a parameter kept in kB is
 * 8192, and so is `8192`. `trouble`, when it is none, is a clause.
 */
export const inUnit = (text: string, unit?: Unit): Reading => {
  const [, number = "", written = ""] = NUMBER.exec(text) ?? [];
  if (number === "") return { trouble: `${JSON.stringify(text)} is not a number` };
  if (written === "") return { value: Number(number) };
  if (unit === undefined)
    return { trouble: `${JSON.stringify(text)} has a unit, and this parameter has none` };
  const { size, written: allowed } = KINDS[unit];
  const factor = allowed[written];
  if (factor !== undefined) return { value: (Number(number) * factor) / size };
  const units = Object.keys(allowed).join(", ");
  return { trouble: `${JSON.stringify(written)} is no unit of it; units: ${units}, in this very case` };
};
