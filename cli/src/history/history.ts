import { readEvents, type EventRecord, type MigrationRecord } from "@rehome/migration";
import type { Stack } from "../stack/open-stack";
import { databasesOf, eachOf, readStackJournals, type Unread } from "../status/read-stack";

/** A migration with what has happened in it. */
export interface MigrationHistory extends MigrationRecord {
  /** In their order. */
  readonly events: readonly Omit<EventRecord, "migration">[];
}

/** All migrations of a stack that its journals know, the oldest first. */
export const readHistory = async (
  stack: Stack,
): Promise<{ migrations: MigrationHistory[]; unread: readonly Unread[] }> => {
  const { migrations, unread } = await readStackJournals(stack, []);
  const lost = new Set(unread.map(({ place }) => place));
  const readable = databasesOf(stack).filter(({ host, database }) => !lost.has(`${host}/${database}`));
  const events = await eachOf(readable, async ({ host, database }) => {
    const server = stack.hosts.get(host);
    return server === undefined ? [] : readEvents({ host, server, database });
  });
  const all = events.flat();
  const histories = migrations.map((migration) => ({
    ...migration,
    events: all
      .filter((event) => event.migration === migration.id)
      .map(({ at, stage, message }) => ({ at, stage, message })),
  }));
  return { migrations: histories.reverse(), unread };
};
