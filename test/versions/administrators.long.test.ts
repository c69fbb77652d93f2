import { move, planMove } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contents, leftovers, reversed } from "../migration/dataset";
import { makePlainWorld } from "../migration/plain-admin";
import { EXTENSIONS, richSchema } from "../migration/rich-schema";
import { startServer, type TestServer } from "../support/servers";
import { skipVersions, useVersions } from "../support/versions";

// From 16 on CREATEROLE makes roles that their maker is no member of, and a membership may lack SET or INHERIT.
describe.skipIf(skipVersions !== false)(
  "administrators that are no superusers, on PostgreSQL 16 and 18",
  () => {
    let a: TestServer;
    let b: TestServer;
    beforeAll(async () => {
      useVersions();
      [a, b] = [await startServer({ version: 16 }), await startServer({ version: 18 })];
    });
    afterAll(() => Promise.all([a.stop(), b.stop()]));

    it("move a rich schema and bring it back", async () => {
      const request = await makePlainWorld(a, b, "rich", richSchema("public"), {
        from: "public",
        before: EXTENSIONS,
      });
      const { findings } = await planMove(request);
      expect(findings.filter(({ code }) => code !== "extension-version")).toEqual([]);
      const before = await contents(a, request.from);
      expect(await move(request)).toMatchObject({ clean: true });
      expect(await contents(b, request.to)).toEqual(before);
      expect(await move(reversed(request))).toMatchObject({ clean: true });
      expect(await contents(a, request.from)).toEqual(before);
      expect(await leftovers(a, request.from)).toEqual([]);
      expect((await leftovers(b, request.to)).filter((what) => !what.startsWith("trigger"))).toEqual([]);
    });

    it("are told the grant to run where they may not make themselves members", async () => {
      const request = await makePlainWorld(
        a,
        b,
        "stranger",
        "CREATE TABLE t (id int); INSERT INTO t VALUES (1)",
      );
      for (const server of [a, b])
        await server.sql(
          "postgres",
          "REVOKE stranger_user FROM stranger_admin CASCADE; GRANT stranger_user TO stranger_admin WITH INHERIT FALSE, SET FALSE",
        );
      const { findings } = await planMove(request);
      expect(findings.map(({ code, remedy }) => [code, remedy])).toEqual(
        ["old", "new"].map(() => [
          "rights-missing",
          'Run GRANT "stranger_user" TO "stranger_admin" WITH INHERIT TRUE, SET TRUE there as one who may.',
        ]),
      );
      for (const server of [a, b])
        await server.sql("postgres", 'GRANT "stranger_user" TO "stranger_admin" WITH INHERIT TRUE, SET TRUE');
      expect(await move(request)).toMatchObject({ clean: true, rows: 1 });
    });
  },
);
