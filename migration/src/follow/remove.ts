import type pg from "pg";
import { journalHas } from "../journal/journal-has";
import type { Endpoint, MoveRequest } from "../types";
import { dropFacades } from "./facades";
import { linkOf, pairOf } from "./link";
import { unpublish } from "./publish";
import { unsubscribe } from "./subscribe";

const LOCK_MS = 60_000;

/** Removes both links between two placements and the facades of either. May be called again after it has been cut short. */
export async function removeLinks(
  source: pg.Client,
  target: pg.Client,
  { dataset, from, to }: Pick<MoveRequest, "dataset" | "from" | "to">,
): Promise<void> {
  await stopReceiving(target, dataset, to, from);
  await stopReceiving(source, dataset, from, to);
  await removeLinksAt(source, dataset, from, to);
  await removeLinksAt(target, dataset, to, from);
}

/**
 * Removes what one end has of both links: subscription, facades, slot, publication, role and replica identities. Where the
 * other end is not there any more, this is all there is.
 */
export async function removeLinksAt(
  client: pg.Client,
  dataset: string,
  here: Endpoint,
  there: Endpoint,
): Promise<void> {
  if (!(await journalHas(client, "link"))) return;
  await stopReceiving(client, dataset, here, there);
  await dropFacades(client, here.schema, pairOf(dataset, here, there), LOCK_MS);
  await unpublish(client, linkOf(dataset, here, there));
}

async function stopReceiving(
  client: pg.Client,
  dataset: string,
  here: Endpoint,
  there: Endpoint,
): Promise<void> {
  if (await journalHas(client, "link")) await unsubscribe(client, linkOf(dataset, there, here).name);
}
