import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ident, literal, qualified } from "../../migration/src/sql/quote";
import type { TestServer } from "../support/servers";
import { installed } from "./real-cli";
import { leaks, type Seen } from "./secrets/forms";
import { NAMES, PASSWORDS, ROW, openShop, type Shop } from "./secrets/shop";
import { beginWatch, type Watched } from "./secrets/watch";
import type { Command, Outcome } from "./stage";

const at = (host: keyof typeof NAMES.hosts) => ({ host: NAMES.hosts[host], ...NAMES[host] });
const WRONG = `wr0ng ' " \\ $(password) %41 é`;
const TABLE = `pe"op'le`;

const textsBelow = async (folder: string): Promise<Seen[]> => {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && /\.(ya?ml|json|log|attrs|bak)$/.test(entry.name));
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return { where: path, text: await readFile(path, "utf8") };
    }),
  );
};

/** Every row of the journals of a server. */
const journals = async (server: TestServer, name: string): Promise<Seen[]> => {
  const databases = await server.sql<{ datname: string }>(
    "postgres",
    "SELECT datname::text FROM pg_database WHERE datallowconn AND NOT datistemplate",
  );
  const found = await Promise.all(
    databases.map(async ({ datname }) => {
      const [row] = await server.sql<{ text: string | null }>(
        datname,
        `SELECT string_agg(query_to_xml(format('TABLE %s', oid::regclass), true, false, '')::text, '') AS text
         FROM pg_class WHERE relnamespace = to_regnamespace('rehome') AND relkind = 'r'`,
      );
      return { where: `journal in ${datname} of ${name}`, text: row?.text ?? "" };
    }),
  );
  return found.filter(({ text }) => text !== "");
};

const worlds: ["rehearsal" | "pulumi"][] = installed ? [["rehearsal"], ["pulumi"]] : [["rehearsal"]];

describe.each(worlds)(
  "a whole stack's life with hostile names and passwords, by %s",
  { timeout: 400_000 },
  (by) => {
    let shop: Shop;
    const seen: Seen[] = [];
    const rows: Seen[] = [];
    const secrets: Record<string, string> = { ...PASSWORDS, WRONG };
    let watched: Watched;
    let stopWatching: () => Promise<Watched>;

    beforeAll(async () => {
      shop = await openShop(by);
      stopWatching = beginWatch(shop.folder);
    });
    afterAll(() => shop.end());

    /** Learns the passwords that were generated, and keeps all that is to be searched. */
    const collect = async (where: string): Promise<void> => {
      for (const { type, urn, outputs } of await shop.runner.resources())
        if (type.endsWith(":RandomPassword")) secrets[urn] = String(outputs?.["result"]);
      rows.push(...(await journals(shop.old, "old")), ...(await journals(shop.managed, "managed")));
      rows.push(
        ...(await textsBelow(shop.folder)).map((one) => ({ ...one, where: `${one.where} after ${where}` })),
      );
    };

    const run = async (command: Command, where: string): Promise<Outcome> => {
      const outcome = await shop.runner.run(command, true);
      rows.push({ where: `output of ${where}`, text: outcome.text });
      await collect(where);
      return outcome;
    };
    const succeeds = async (where: string, command: Command = "up"): Promise<Outcome> => {
      const outcome = await run(command, where);
      expect(outcome.exitCode, outcome.text).toBe(0);
      return outcome;
    };
    const fails = async (where: string, says: RegExp): Promise<void> => {
      const outcome = await run("up", where);
      expect(outcome.exitCode, outcome.text).not.toBe(0);
      expect(outcome.text).toMatch(says);
    };
    const moved = { home: at("managed"), formerly: at("old") };
    const counted = async (place: keyof typeof NAMES.hosts): Promise<void> => {
      const connection = (await shop.runner.connections())[NAMES.service];
      if (connection === undefined) throw new Error("no connection");
      const { host, port, user, password, database, schema } = connection;
      const client = new Client({ host, port, user, password, database });
      await client.connect();
      try {
        if (place === "old") await client.query(`SET search_path = ${ident(schema)}`); // not managed: used as found
        const { rows } = await client.query("SELECT counted()::int AS n, current_schema() AS here");
        expect(rows).toEqual([{ n: 2, here: NAMES[place].schema }]);
      } finally {
        await client.end();
      }
    };

    it("is adopted where it is", async () => {
      await shop.write({ home: at("old") });
      await succeeds("adoption");
      await counted("old");
    });

    it("is refused with a wrong password", async () => {
      await shop.write(moved);
      shop.tell("OLD_ADMIN", WRONG);
      await fails("a wrong password", /password/);
      shop.tell("OLD_ADMIN", PASSWORDS.OLD_ADMIN);
    });

    it("is refused when code is unclear", async () => {
      const { database, schema } = NAMES.old;
      const body = `BEGIN EXECUTE ${literal(`TRUNCATE ${qualified(schema, TABLE)}; SELECT 'password=${WRONG}'`)}; END`;
      await shop.old.sql(
        database,
        `CREATE FUNCTION ${qualified(schema, "unclear")}() RETURNS void LANGUAGE plpgsql AS ${literal(body)}`,
      );
      await fails("a blocked preflight", /code-unclear/);
      await shop.old.sql(database, `DROP FUNCTION ${qualified(schema, "unclear")}()`);
    });

    it("says what it will do", async () => {
      await succeeds("a preview", "preview");
    });

    it("fails when a server is killed in the middle of the move", async () => {
      const holder = await shop.old.connect(NAMES.old.database);
      await holder.query(`BEGIN; LOCK TABLE ${qualified(NAMES.old.schema, TABLE)} IN ROW EXCLUSIVE MODE`);
      const failing = fails("a killed server", /connection-lost|terminated|unreachable|57P0/);
      const waiting =
        "SELECT FROM pg_stat_activity WHERE application_name = 'rehome' AND wait_event_type = 'Lock'";
      await expect.poll(() => shop.old.sql("postgres", waiting), { timeout: 90_000 }).toHaveLength(1);
      await shop.managed.halt("immediate");
      await shop.managed.start();
      await holder.query("ROLLBACK");
      await holder.end();
      await failing;
    });

    it("fails when the new home refuses a definition", async () => {
      const { database, schema } = NAMES.managed;
      const table = qualified(schema, TABLE);
      const body = `DECLARE found text; BEGIN
      IF to_regclass(${literal(table)}) IS NULL THEN RETURN; END IF;
      EXECUTE ${literal(`SELECT min(mail) FROM ${table}`)} INTO found;
      IF found IS NOT NULL THEN RAISE EXCEPTION 'not with %', found USING DETAIL = found; END IF;
    END`;
      await shop.managed.sql(
        database,
        `CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS ${literal(body)};
       CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION refuse()`,
      );
      await fails("a refused definition", /definition-refused/);
      const said = (await shop.logs()).filter(({ text }) => text.includes(`not with ${ROW}`));
      expect(said).toHaveLength(1); // the server did tell: there was something to keep to oneself
      await shop.managed.sql(database, "DROP EVENT TRIGGER refuse; DROP FUNCTION refuse()");
    });

    it("moves, goes back, and forward again", async () => {
      await succeeds("the move");
      await counted("managed");
      await shop.write({ home: at("old"), formerly: at("managed") });
      await succeeds("the way back");
      await shop.write(moved);
      await succeeds("the move again");
      await counted("managed");
    });

    it("is retired, and moves on to a server that the program runs", async () => {
      await shop.write({ home: at("managed") });
      await succeeds("retirement");
      await shop.write({ home: at("local"), formerly: at("managed"), readers: [] });
      await succeeds("the move to a local server");
      await counted("local");
      await shop.write({ home: at("local"), readers: [] });
      await succeeds("retirement of a managed home");
      const { database } = NAMES.managed;
      expect(
        await shop.managed.sql("postgres", `SELECT FROM pg_database WHERE datname = ${literal(database)}`),
      ).toEqual([]);
    });

    it("changes every password, and is destroyed", async () => {
      await shop.write({ home: at("local"), readers: [] }, { "rehome:passwordRotation": "2" });
      await succeeds("rotation");
      await counted("local");
      seen.push(...(await shop.logs()));
      await shop.write({ home: at("local"), readers: [] }, { "rehome:destroyData": "true" });
      await succeeds("opening the guard");
      await succeeds("destruction", "destroy");
      watched = await stopWatching();
    });

    it("has shown no password, in any form, to anyone", () => {
      const generated = Object.keys(secrets).filter((name) => name.startsWith("urn:"));
      expect(generated.length).toBeGreaterThanOrEqual(3);
      const commands = watched.commands.map((text) => ({ where: `arguments: ${text.slice(0, 40)}`, text }));
      expect(watched.commands.filter((text) => text.includes("pg_dump")).length).toBeGreaterThan(1);
      expect(seen.map(({ text }) => /CREATE ROLE/.test(text))).toContain(true);
      expect(rows.filter(({ where }) => where.startsWith("journal")).length).toBeGreaterThan(4);
      expect(leaks(secrets, [...seen, ...rows, ...commands])).toEqual([]);
    });

    it("has written none to a file, but for the one that initdb reads, private and gone", () => {
      // The real CLI's event log, a debugging aid that `real-cli.ts` asks for, holds the SDK's own debug messages.
      const files = watched.files
        .filter(({ path }) => path !== join(shop.folder, "events.json"))
        .map(({ path, mode, text }) => ({ where: `${path} ${mode.toString(8)}`, text }));
      expect(files.length).toBeGreaterThan(10);
      expect(
        leaks(secrets, files).filter((leak) => !/raw in \/tmp\/rehome-[0-9a-f]{10}\/pw 600$/.test(leak)),
      ).toEqual([]);
    });

    it("has told nobody of a row", () => {
      const commands = watched.commands.map((text) => ({ where: "arguments", text }));
      expect(leaks({ ROW }, [...rows, ...commands])).toEqual([]);
    });

    it("has needed no scrubbing of what it said", () => {
      const scrubbed = rows.filter(
        ({ where, text }) => where.startsWith("output") && /^(?!.*connections).*\[secret\]/m.test(text),
      );
      expect(scrubbed.map(({ where, text }) => `${where}: ${/.*\[secret\].*/.exec(text)?.[0]}`)).toEqual([]);
    });
  },
);
