import { move } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { killedIn } from "./killed-in";
import { digest, prepareWorld, service } from "./worlds";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

describe.each(["prepare", "fence", "copy", "index", "verify", "switch"])(
  "an engine killed in %s",
  (stage) => {
    it("leaves the service working where it was, and the next run loses nothing", async () => {
      const request = await prepareWorld(a, b, `killed_${stage}`);
      const { database } = request.from;
      expect(await killedIn(stage, request)).toBe("SIGKILL");

      // At once: the fence has died with the engine. The service's role still reads and writes the old home.
      const write =
        "INSERT INTO public.people (mail) VALUES ('after@x'); INSERT INTO public.events VALUES ('2030-01-01', '{}')";
      await expect
        .poll(() => a.sql(database, write, service(request)).then(() => "written", String))
        .toBe("written");
      await a.sql(database, "DELETE FROM public.people WHERE mail = 'p1@x'", service(request));

      const before = await digest(a, request.from);
      await move(request);
      expect(await digest(b, request.to)).toBe(before);
      await expect(a.sql(database, write)).rejects.toThrow(/fenced/);
      const [left] = await b.sql<{ scratch: number }>(
        database,
        "SELECT count(*)::int AS scratch FROM pg_database WHERE datname ~ '^rehome_'",
      );
      expect(left?.scratch).toBe(0);
    });
  },
);

describe("what was copied before the engine was killed", () => {
  it("is kept for tables that nobody has written to since", async () => {
    const request = await prepareWorld(a, b, "kept");
    expect(await killedIn("index", request)).toBe("SIGKILL");
    const copied = async (): Promise<Record<string, string>> => {
      const rows = await b.sql<{ table_name: string; at: string }>(
        "kept",
        "SELECT table_name, copied_at::text AS at FROM rehome.copied_table",
      );
      return Object.fromEntries(rows.map((row) => [row.table_name, row.at]));
    };
    const first = await copied();
    await a.sql("kept", "INSERT INTO public.events VALUES ('2030-01-01', '{}')", service(request));
    await move(request);
    const second = await copied();
    expect(Object.keys(second)).toHaveLength(7);
    expect(
      Object.keys(second)
        .filter((table) => second[table] !== first[table])
        .sort(),
    ).toEqual(["events_new", "events_old"]);
  });
});
