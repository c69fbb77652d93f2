import { literal } from "./quote";

/** Begins a transaction that reads what another one sees, and writes nothing. @param snapshot as that one has exported it */
export const snapshotSql = (snapshot: string): string =>
  `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT ${literal(snapshot)}`;
