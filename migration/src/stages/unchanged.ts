import type pg from "pg";
import { RehomeError } from "../errors";
import { differences, fingerprint } from "../inspect/fingerprint";
import { extensionSchemas, readCatalog, schemaOid } from "../inspect/schema";
import { placementName } from "../naming";
import type { Run } from "./run";

/**
 * DDL in mid-move: what was planned and prepared is no longer what is there.
 * @param client a session in the old home's database
 * @throws RehomeError `catalog-changed` with what differs
 */
export async function refuseChangedCatalog(
  client: pg.Client,
  { request, inspection }: Pick<Run, "request" | "inspection">,
): Promise<void> {
  const { schema } = request.from;
  const oid = await schemaOid(client, schema);
  const at = { schema, oid: oid ?? 0, extensionSchemas: extensionSchemas(inspection.extensions) };
  const now = oid === undefined ? [] : (await readCatalog(client, at, request.tables)).entries;
  if (fingerprint(now) === inspection.fingerprint) return;
  throw new RehomeError(
    "catalog-changed",
    `${placementName(request.from)} was altered during the move: ${differences(inspection.entries, now).join("; ")}. The service goes on there. Run it again when no schema migration is under way.`,
    { retryable: true },
  );
}
