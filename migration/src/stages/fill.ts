import { copyTables } from "../copy/copy-tables";
import type { SequenceState } from "../inspect/sequences";
import { copyShared } from "../share/lead";
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
    const { workers } = run.request.options;
    const whole = (tables: readonly string[]): void => builder.whole(tables);
    await (workers === undefined ? copyTables(run, whole) : copyShared(run, workers, whole));
    await copied();
    return await complete(run, builder);
  } catch (error) {
    await builder.stop();
    throw error;
  }
}
