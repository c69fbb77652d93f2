import type { PreparedTransaction } from "../../inspect/obstacles";
import { literal } from "../../sql/quote";
import type { Finding } from "../../types";
import { blocker, some, type Check } from "../finding";

/**
 * Prepared transactions outlive every session: their locks stand in the way until somebody ends them. One that has only
 * read keeps no fence from closing, but tables from being renamed or dropped.
 */
export const preparedTransactions: Check = ({ request: { from, to }, strategy, source, target }) => [
  ...atEnd(
    from.host,
    from.database,
    source.obstacles.prepared.filter(({ reading }) => !reading || strategy === "set-schema"),
  ),
  ...(target === undefined ? [] : atEnd(to.host, to.database, target.obstacles.prepared)),
];

function atEnd(host: string, database: string, prepared: readonly PreparedTransaction[]): Finding[] {
  const [first] = prepared;
  if (first === undefined) return [];
  const names = prepared.map(
    ({ gid, owner, tables }) => `${literal(gid).trim()} of ${owner} (on ${some(tables, 3)})`,
  );
  return [
    blocker(
      "prepared-transactions",
      `prepared transactions hold locks in database "${database}" of host "${host}": ${some(names)}.`,
      `End each: COMMIT PREPARED ${literal(first.gid).trim()}, or ROLLBACK PREPARED.`,
    ),
  ];
}
