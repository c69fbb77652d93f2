import type pg from "pg";
import { hasJournal } from "../journal/journal";
import { rows } from "../sql/connect";
import type { Strategy } from "../types";

/** Bytes per second that moves under the fence have reached, verification included, by strategy. */
export type MeasuredRates = Readonly<Partial<Record<Strategy, number>>>;

/** Of small moves the data is not what takes the time; of one that was cut short, the last attempt is not the whole. */
const RATES = `
  SELECT strategy, (sum(bytes) / sum(extract(epoch FROM switched_at - fenced_at)))::float8 AS rate
  FROM (SELECT *, row_number() OVER (PARTITION BY strategy ORDER BY switched_at DESC) AS nth FROM rehome.migration
        WHERE strategy IN ('copy', 'template') AND attempt = 1 AND bytes >= 10000000 AND switched_at > fenced_at) moved
  WHERE nth <= 5 GROUP BY strategy`;

/** What the last moves into this database have reached; nothing where there were none. At most two queries. */
export async function measuredRates(client: pg.Client): Promise<MeasuredRates> {
  if (!(await hasJournal(client))) return {};
  const found = await rows<{ strategy: Strategy; rate: number }>(client, RATES);
  return Object.fromEntries(found.map(({ strategy, rate }) => [strategy, rate]));
}
