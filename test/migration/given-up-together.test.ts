import { afterAll, beforeAll, expect, it } from "vitest";
import { dropJournalIfEmpty, ensureJournal, hasJournal } from "../../migration/src/journal/journal";
import { LOCK } from "../../migration/src/journal/locks";
import { startServer, type TestServer } from "../support/servers";
import { until } from "./dataset";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

it("takes a journal away once where two datasets leave it empty at the same time", async () => {
  const [one, other, third] = await Promise.all([1, 2, 3].map(() => server.connect("postgres")));
  if (!one || !other || !third) throw new Error("No connections.");
  try {
    await ensureJournal(third);
    await third.query("SELECT pg_catalog.pg_advisory_lock($1, 0)", [LOCK.journal]);
    const dropped = Promise.all([dropJournalIfEmpty(one), dropJournalIfEmpty(other)]);
    const waiting = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
    await until(async () => (await server.sql("postgres", waiting)).length === 2);
    await third.query("SELECT pg_catalog.pg_advisory_unlock($1, 0)", [LOCK.journal]);
    await dropped;
    expect(await hasJournal(third)).toBe(false);
  } finally {
    await Promise.all([one, other, third].map((client) => client.end()));
  }
});
