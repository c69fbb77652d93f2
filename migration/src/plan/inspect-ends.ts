import type pg from "pg";
import { availableExtensions, inspectExtensions } from "../inspect/extensions";
import { inspectDatabase } from "../inspect/database";
import { inspectSchema, schemaOid, type SchemaInspection } from "../inspect/schema";
import { findFence } from "../fence/fence";
import { hasJournal, latestMigration } from "../journal/journal";
import { placementName } from "../naming";
import { RehomeError } from "../errors";
import { rows } from "../sql/connect";
import { isTable } from "../scope/scope";
import { readStanding, type Standing } from "../scope/standing";
import type { MoveRequest } from "../types";
import type { TargetInspection } from "./finding";

/** Reads the old home. @throws RehomeError `schema-missing` */
export async function inspectSource(client: pg.Client, request: MoveRequest): Promise<SchemaInspection> {
  const found = await inspectSchema(client, request.from.schema, request.tables);
  if (found !== undefined) return found;
  throw new RehomeError(
    "schema-missing",
    `database "${request.from.database}" on host "${request.from.host}" has no schema "${request.from.schema}". Check the placement that ${request.dataset} comes from.`,
  );
}

/** Reads the new home's database. */
export async function inspectTarget(client: pg.Client, request: MoveRequest): Promise<TargetInspection> {
  const [facts] = await rows<{ version: number; owner: boolean }>(
    client,
    `SELECT current_setting('server_version_num')::int / 10000 AS version,
       EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = $1) AS owner`,
    [request.to.owner],
  );
  const found = request.tables === undefined ? undefined : await standingAt(client, request);
  const ours = (await isOurs(client, request)) || (found?.accounted === true && hasTables(found));
  const standing = ours ? found : undefined;
  return {
    ...(standing === undefined ? {} : { standing }),
    serverVersion: facts?.version ?? 0,
    availableExtensions: await availableExtensions(client),
    installedExtensions: new Map((await inspectExtensions(client)).map((e) => [e.name, e.schema])),
    strangers: ours ? 0 : await countObjects(client, request.to.schema),
    ownerExists: facts?.owner ?? false,
    database: await inspectDatabase(client, request.to.schema),
  };
}

const hasTables = ({ objects }: Standing): boolean => objects.some(isTable);

/** What stands in the target schema, for a dataset that is a part of it. */
export const standingAt = (client: pg.Client, request: MoveRequest): Promise<Standing | undefined> =>
  readStanding(
    client,
    { dataset: request.dataset, schema: request.to.schema, target: placementName(request.to) },
    request.tables ?? [],
  );

/** Whether what stands in the target schema is this dataset's: a former attempt's, or the home it once left. */
async function isOurs(client: pg.Client, request: MoveRequest): Promise<boolean> {
  const fence = await findFence(client, request.dataset, request.to.schema);
  if (fence?.sealed === true && fence.target === placementName(request.from)) return true;
  if (!(await hasJournal(client))) return false;
  const row = await latestMigration(client, { dataset: request.dataset, target: placementName(request.to) });
  return row?.state === "running" && row.source === placementName(request.from);
}

async function countObjects(client: pg.Client, schema: string): Promise<number> {
  const oid = await schemaOid(client, schema);
  if (oid === undefined) return 0;
  const [row] = await rows<{ n: number }>(
    client,
    `WITH members AS (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e')
     SELECT ((SELECT count(*) FROM pg_catalog.pg_class c WHERE c.relnamespace = $1::oid AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
              AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid))
           + (SELECT count(*) FROM pg_catalog.pg_proc p WHERE p.pronamespace = $1::oid
              AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_catalog.pg_proc'::regclass AND m.objid = p.oid))
           + (SELECT count(*) FROM pg_catalog.pg_type t WHERE t.typnamespace = $1::oid AND t.typtype IN ('e', 'd', 'r')
              AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_catalog.pg_type'::regclass AND m.objid = t.oid)))::int AS n`,
    [oid],
  );
  return row?.n ?? 0;
}
