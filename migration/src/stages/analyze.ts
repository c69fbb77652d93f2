import type pg from "pg";
import { withFunctionPaths } from "../ddl/function-paths";
import { isNotFound } from "../errors";
import { readingPath } from "../inspect/schema";
import { transaction } from "../sql/connect";
import { qualified } from "../sql/quote";
import type { Run } from "./run";

/**
 * Collects the statistics of tables, in one round trip.
 * @param client a session whose `search_path` is the new home's
 */
export async function analyze(
  client: pg.Client,
  { request, inspection }: Pick<Run, "request" | "inspection">,
  tables: readonly string[],
): Promise<void> {
  if (tables.length === 0) return;
  const { schema } = request.to;
  const sql = `ANALYZE ${tables.map((name) => qualified(schema, name)).join(", ")}`;
  try {
    await client.query(sql);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const path = readingPath(schema, inspection.extensions);
    await transaction(client, () =>
      withFunctionPaths(client, schema, path, async () => void (await client.query(sql))),
    );
  }
}
