import type pg from "pg";
import { rows } from "../sql/connect";
import type { Endpoint, MoveRequest } from "../types";
import { dropFacades } from "./facades";
import { linkOf, reverse } from "./link";
import { unpublish } from "./publish";
import { unsubscribe } from "./subscribe";

const LOCK_MS = 60_000;

/** Removes both links between two placements and the facades of either. May be called again after it has been cut short. */
export async function removeLinks(
  source: pg.Client,
  target: pg.Client,
  { dataset, from, to }: Pick<MoveRequest, "dataset" | "from" | "to">,
): Promise<void> {
  const there = linkOf(dataset, from, to);
  const back = reverse(there);
  await removeEnd(target, there.name, to);
  await removeEnd(source, back.name, from);
  if (await hasLinks(source)) await unpublish(source, there);
  if (await hasLinks(target)) await unpublish(target, back);
}

async function removeEnd(client: pg.Client, subscription: string, end: Endpoint): Promise<void> {
  if (!(await hasLinks(client))) return;
  await unsubscribe(client, subscription);
  await dropFacades(client, end.schema, LOCK_MS);
}

async function hasLinks(client: pg.Client): Promise<boolean> {
  const [row] = await rows<{ found: boolean }>(
    client,
    "SELECT pg_catalog.to_regclass('rehome.link') IS NOT NULL AS found",
  );
  return row?.found === true;
}
