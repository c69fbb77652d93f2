import fc from "fast-check";
import { Client } from "pg";
import { expect, it } from "vitest";
import { url as connectionUrl } from "../../components/src/connection-formats/urls";

const text = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
  .filter((each) => !each.includes("\0") && !/[\uD800-\uDFFF]/u.test(each) && !/^\.{1,2}$/.test(each));
const hostile = fc.constantFrom(
  `p@ss:w/o?r#d[]%41' "\\ $(x)`,
  "a b",
  "日本",
  "x\ny",
  "100%",
  "?sslmode=require",
  "//",
  "+",
);
const part = fc.oneof(hostile, text);
const host = fc.constantFrom("127.0.0.1", "db.example.com", "::1");

it("a connection's URL is read back as what it was made of, whatever its parts hold", () => {
  fc.assert(
    fc.property(part, part, part, host, (user, password, database, address) => {
      const url = connectionUrl({
        host: address,
        port: 5433,
        database,
        searchPath: "s",
        user,
        password,
        sslmode: "disable",
      });
      const client = new Client({ connectionString: url });
      expect([client.user, client.password, client.port]).toEqual([user, password, 5433]);
      expect(client.host.replace(/^\[|\]$/g, "")).toBe(address);
      // node-postgres leaves some escapes in a database's name; libpq and the URL standard do not.
      const { username, pathname, search } = new URL(url);
      expect(decodeURIComponent(username)).toBe(user);
      expect(decodeURIComponent(pathname.slice(1))).toBe(database);
      expect(search).toBe("?sslmode=disable");
    }),
    { numRuns: 1000 },
  );
});
