import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { connectionFormats, type ConnectionFormats } from "@rehome/components";
import { CONNECTION_KEYS } from "@rehome/topology";
import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { HOSTILE, hostileConnection, QUERY } from "./hostile-connection";

const run = promisify(execFile);

const plain = {
  ...{
    host: "10.1.2.3",
    port: 5433,
    database: "waqiti_payments",
    schema: "payment",
    searchPath: "payment, public",
  },
  ...{ user: "payment_user", password: "s3cret", sslmode: "verify-full", sslrootcert: "/etc/rehome/ca.crt" },
};

it("every form of a plain connection is as its driver's manual writes it", () => {
  expect(connectionFormats(plain, { max: 50, idle: 10, idleTimeout: 300 })).toEqual({
    host: "10.1.2.3",
    port: "5433",
    database: "waqiti_payments",
    schema: "payment",
    "search-path": "payment, public",
    username: "payment_user",
    password: "s3cret",
    sslmode: "verify-full",
    url: "postgres://payment_user:s3cret@10.1.2.3:5433/waqiti_payments?sslmode=verify-full&sslrootcert=%2Fetc%2Frehome%2Fca.crt",
    libpq:
      "host='10.1.2.3' port='5433' dbname='waqiti_payments' user='payment_user' password='s3cret' sslmode='verify-full' sslrootcert='/etc/rehome/ca.crt' options='-csearch_path=payment,\\\\ public'",
    "jdbc-url":
      "jdbc:postgresql://10.1.2.3:5433/waqiti_payments?currentSchema=payment%2C%20public&sslmode=verify-full&sslrootcert=%2Fetc%2Frehome%2Fca.crt",
    "r2dbc-url":
      "r2dbc:postgresql://10.1.2.3:5433/waqiti_payments?schema=payment%2C%20public&sslMode=verify-full&sslRootCert=%2Fetc%2Frehome%2Fca.crt",
    "reactive-url":
      "postgresql://10.1.2.3:5433/waqiti_payments?search_path=payment%2C%20public&sslmode=verify-full",
    npgsql:
      'Host=10.1.2.3;Port=5433;Database=waqiti_payments;Username=payment_user;Password=s3cret;Search Path="payment, public";SSL Mode=VerifyFull;Root Certificate=/etc/rehome/ca.crt;Maximum Pool Size=50;Minimum Pool Size=10;Connection Idle Lifetime=300',
    "sqlalchemy-url":
      "postgresql+psycopg://payment_user:s3cret@10.1.2.3:5433/waqiti_payments?options=-csearch_path%3Dpayment%2C%5C%20public&sslmode=verify-full&sslrootcert=%2Fetc%2Frehome%2Fca.crt",
    "go-url":
      "postgres://payment_user:s3cret@10.1.2.3:5433/waqiti_payments?search_path=payment%2C%20public&sslmode=verify-full&sslrootcert=%2Fetc%2Frehome%2Fca.crt",
  });
});

it("the keys are those that a stack file may name", () => {
  expect(Object.keys(connectionFormats(plain))).toEqual([...CONNECTION_KEYS]);
});

const text = fc
  .string({ unit: "binary", minLength: 1, maxLength: 30 })
  .filter((each) => !each.includes("\0") && !/[\uD800-\uDFFF]/u.test(each) && !/^\.{1,2}$/.test(each));
const hostile = fc.constantFrom(
  `p@ss:w/o?r#d[]%41' "\\ $(x);=&+`,
  `'`,
  `"`,
  `\\`,
  ` a b `,
  `;Password=x`,
  "x\ny",
  "'; host='evil",
);
const part = fc.oneof(hostile, text);
const connection = fc.record({
  host: fc.constantFrom("127.0.0.1", "db.example.com", "::1"),
  port: fc.integer({ min: 1, max: 65535 }),
  ...{ database: part, schema: part, searchPath: part, user: part, password: part },
  sslmode: fc.constantFrom("disable", "require", "verify-full"),
});

/** ADO.NET's rules for connection strings: values plain, or in quotes that are doubled inside. */
const parseAdo = (line: string): Record<string, string> => {
  const found: Record<string, string> = {};
  const pair = /\s*([^=;]+)=(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([^;"']*))\s*(?:;|$)/gy;
  while (pair.lastIndex < line.length) {
    const match = pair.exec(line);
    if (match === null) throw new Error("not a connection string");
    const [, key = "", double, single, bare] = match;
    found[key] = double?.replaceAll('""', '"') ?? single?.replaceAll("''", "'") ?? bare?.trim() ?? "";
  }
  return found;
};

/** libpq's rules for `keyword='value'`. */
const parseKeywords = (line: string): Record<string, string> =>
  Object.fromEntries(
    [...line.matchAll(/(\w+)='((?:[^'\\]|\\[\s\S])*)'(?: |$)/g)].map(([, key = "", value = ""]) => [
      key,
      value.replace(/\\([\s\S])/g, "$1"),
    ]),
  );

/** How the server takes `options` apart: at spaces that no backslash keeps together. */
const parseOptions = (options: string): string[] =>
  [...options.matchAll(/(?:[^\s\\]|\\[\s\S])+/g)].map(([each]) => each.replace(/\\([\s\S])/g, "$1"));

describe("whatever a connection's parts hold", () => {
  const holds = (check: (of: ConnectionFormats, given: typeof plain) => void): void =>
    fc.assert(
      fc.property(connection, (given) => check(connectionFormats(given), given as typeof plain)),
      { numRuns: 500 },
    );

  it("URLs give them back, and never a plus, which some read as a space", () => {
    holds((of, given) => {
      const urls = ["url", "jdbc-url", "r2dbc-url", "reactive-url", "sqlalchemy-url", "go-url"] as const;
      for (const key of urls) {
        const rest = of[key].replace(/^(jdbc:|r2dbc:)?postgres(ql)?(\+psycopg)?:/, "postgres:");
        expect(rest).toMatch(
          /^postgres:\/\/([\w.~%-]+:[\w.~%-]+@)?(\[[0-9a-f:]+\]|[\w.]+):\d+\/[\w.~%-]*\?[\w.~%&=-]*$/,
        );
        const { username, password, pathname, searchParams } = new URL(rest);
        if (username !== "")
          expect([username, password].map(decodeURIComponent)).toEqual([given.user, given.password]);
        expect(searchParams.get("dbname") ?? decodeURIComponent(pathname.slice(1))).toBe(given.database);
        const path = ["currentSchema", "schema", "search_path"].flatMap(
          (name) => searchParams.get(name) ?? [],
        );
        const options = searchParams.get("options");
        if (key !== "url" && options === null) expect(path).toEqual([given.searchPath]);
        if (options !== null) expect(parseOptions(options)).toEqual([`-csearch_path=${given.searchPath}`]);
      }
    });
  });

  it("keywords give them back", () => {
    holds((of, given) => {
      const { options = "", ...rest } = parseKeywords(of.libpq);
      const { host, port, database, user, password, sslmode } = given;
      expect(rest).toEqual({ host, port: String(port), dbname: database, user, password, sslmode });
      expect(parseOptions(options)).toEqual([`-csearch_path=${given.searchPath}`]);
    });
  });

  it("Npgsql's connection string gives them back", () => {
    holds((of, given) => {
      const { Host, Port, Database, Username, Password, "Search Path": path } = parseAdo(of.npgsql);
      expect([Host, Port, Database, Username, Password, path]).toEqual([
        ...[given.host, String(given.port), given.database, given.user, given.password, given.searchPath],
      ]);
    });
  });
});

/** On a real server: what its own programs and drivers make of the forms. */
describe("a role, database and schema of hostile names", () => {
  let server: TestServer;
  let of: ConnectionFormats;
  const { user, database, schema } = HOSTILE;

  beforeAll(async () => {
    server = await startServer();
    of = await hostileConnection(server);
  });
  afterAll(() => server.stop());

  const psql = async (target: string): Promise<string[]> => {
    const { stdout } = await run("psql", ["-XAtF", "\t", "-c", QUERY, target]);
    return stdout.trimEnd().split("\t");
  };

  it("libpq reaches by keywords, search path and all", async () => {
    expect(await psql(of.libpq)).toEqual([user, database, schema]);
  });

  it("libpq reaches by URL; the search path is the role's own there", async () => {
    expect(await psql(of.url)).toEqual([user, database, "public"]);
  });

  it("node-postgres reaches by its parts", async () => {
    const { host, port, database: name, username, password: secret } = of;
    const client = new Client({ host, port: Number(port), database: name, user: username, password: secret });
    await client.connect();
    const { rows } = await client.query<{ user: string }>('SELECT current_user AS "user"');
    await client.end();
    expect(rows).toEqual([{ user }]);
  });

  it("node-postgres reaches by URL, where the database has a plainer name", async () => {
    const client = new Client({ connectionString: of.url.replace(/\/[^/?]*\?/, "/postgres?") });
    await client.connect();
    const { rows } = await client.query<{ user: string }>('SELECT current_user AS "user"');
    await client.end();
    expect(rows).toEqual([{ user }]);
  });
});
