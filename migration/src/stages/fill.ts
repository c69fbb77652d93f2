import { copyTables, type Copying } from "../copy/copy-tables";
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
 * @param copied called when the last rows are here; told by the signal when it is to end
 * @returns where the sequences were set to
 */
export async function fill(
  run: Run,
  copied: (signal: AbortSignal) => Promise<unknown>,
): Promise<SequenceState[]> {
  const ending = new AbortController();
  const builder = await Builder.begin(run, (error) => ending.abort(error));
  try {
    const workers = sharing(run);
    const beside: Copying = { whole: (tables) => builder.whole(tables), signal: ending.signal };
    await (workers === undefined ? copyTables(run, beside) : copyShared(run, workers, beside));
    await copied(ending.signal);
    return await complete(run, builder);
  } catch (error) {
    await builder.stop(error);
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
  const own =
    outlasts(tables, jobs) && !restartsForLoad(request, { bytes, tables: tables.length })
      ? { count: 0 }
      : undefined;
  return request.options.workers ?? own;
}
