/** `1 table`, `1,200 tables` */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;

/** `2026-11-21 16:29:01`, UTC */
export const clock = (iso: string): string => iso.slice(0, 19).replace("T", " ");

/** Seconds between two moments; undefined where one of them is missing. */
export const between = (from: string | null, to: string | null): number | undefined =>
  from === null || to === null ? undefined : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
