import { copyTables } from "../copy/copy-tables";
import type { SequenceState } from "../inspect/sequences";
import { restartsForLoad } from "../plan/strategy";
import { copyShared } from "../share/lead";
import { outlasts } from "../share/split";
import type { Workers } from "../types";
import { Builder } from "./builder";
import { complete } from "./complete";
import type { Run } from "./run";

/**
 * Fills the prepared new home: rows, and as soon as a table's are whole its indexes; then all that follows the rows.
 * @param copied called when the last rows are here
 * @returns where the sequences were set to
 */
export async function fill(run: Run, copied: () => Promise<unknown>): Promise<SequenceState[]> {
  const builder = await Builder.begin(run);
  try {
    const workers = sharing(run);
    const whole = (tables: readonly string[]): void => builder.whole(tables);
    await (workers === undefined ? copyTables(run, whole) : copyShared(run, workers, whole));
    await copied();
    return await complete(run, builder);
  } catch (error) {
    await builder.stop();
    throw error;
  }
}

/**
 * Who shares in the copy: processes that the stack declares, or the run's own streams where one table would outlast all
 * others. Not where rows are in no log: those of a divided table are.
 */
function sharing({ request, inspection, jobs }: Run): Workers | undefined {
  const tables = inspection.relations.filter(({ kind }) => kind === "r");
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  const own = outlasts(tables, jobs) && !restartsForLoad(request, bytes) ? { count: 0 } : undefined;
  return request.options.workers ?? own;
}
