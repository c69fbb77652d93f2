import { afterAll, beforeAll, expect, it } from "vitest";
import { CLOUD_SQL_FLAGS } from "../../topology/src/platform/cloudsql-flags";
import { startServer, type TestServer } from "../support/servers";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

it("every flag of Cloud SQL that this PostgreSQL knows has the type and the unit that PostgreSQL says", async () => {
  const settings = await server.sql<{ name: string; vartype: string; unit: string | null }>(
    "postgres",
    "SELECT name, vartype, unit FROM pg_settings",
  );
  const type = { integer: "integer", real: "float", bool: "boolean", enum: "text", string: "text" };
  const known = settings.filter(({ name }) => CLOUD_SQL_FLAGS.has(name.toLowerCase()));
  expect(known.length).toBeGreaterThan(150);
  for (const { name, vartype, unit } of known) {
    const flag = CLOUD_SQL_FLAGS.get(name.toLowerCase());
    expect({ name, type: flag?.type, unit: flag?.unit ?? null }).toEqual({
      name,
      type: type[vartype as keyof typeof type],
      unit,
    });
  }
});
