import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Endpoint } from "@rehome/migration";
import { findBinaries } from "@rehome/postgres";
import { ident } from "../../../migration/src/sql/quote";

const run = promisify(execFile);

/** An object as a dump has it: `INDEX person person_lower`, and its SQL. */
export interface Dumped {
  readonly title: string;
  readonly sql: string;
}

/** The definitions of a placement's schema, as `pg_dump` writes them, but for the schema itself, which is declared. */
export async function dumped({ server, database, schema }: Endpoint): Promise<Dumped[]> {
  const { path } = await findBinaries({ need: ["pg_dump"] });
  const { stdout } = await run(
    path("pg_dump"),
    ["--schema-only", "--no-owner", "--no-privileges", `--schema=${ident(schema)}`, database],
    {
      env: {
        PATH: process.env["PATH"],
        LC_ALL: "C",
        PGHOST: server.host,
        PGPORT: String(server.port),
        PGUSER: server.user,
        PGPASSWORD: server.password,
      },
      maxBuffer: 1 << 28,
    },
  );
  const blocks = stdout.split(/^--\n-- Name: /m).slice(1);
  return blocks
    .map((block) => {
      const [head = "", ...rest] = block.split("\n");
      const [name = "", kind = ""] = head.split("; ");
      const sql = rest
        .slice(1)
        .join("\n")
        .replace(/^--\n-- PostgreSQL database dump complete[^]*$/m, "")
        .trim();
      return { title: `${kind.replace("Type: ", "")} ${name}`, sql: stable(sql) };
    })
    .filter(({ title }) => !/^(COMMENT SCHEMA|SCHEMA) /.test(title));
}

/**
 * What `pg_dump`'s own output changes when it is restored and dumped again, by nobody's doing: columns that a table
 * inherits come first, wherever they stood, and a list of VALUES gains a blank.
 */
const stable = (sql: string): string => {
  const plain = sql.replaceAll("( VALUES", "(VALUES");
  if (!/^INHERITS \(/m.test(plain)) return plain;
  const lines = plain.split("\n").map((line) => line.replace(/,$/, ""));
  return lines.sort().join("\n");
};

/**
 * A dump with a schema's old name put back: before a dot, and on a function's path. There a schema that comes from
 * `public` keeps `public` behind itself, for what extensions have there.
 */
export const withName = (dump: readonly Dumped[], now: string, before: string): Dumped[] => {
  const names = [...new Set([ident(now), asDumped(now)])].map((name) =>
    name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
  );
  const qualifier = new RegExp(`(?<![\\w".])(?:${names.join("|")})(?=\\.)`, "g");
  const back = (text: string): string =>
    text
      .replace(qualifier, () => asDumped(before))
      .replace(/(?<=SET search_path TO ).*/g, (list) =>
        list.replace(`'${now}'`, `'${before}'`).replace(`'${before}', 'public'`, `'${before}'`),
      );
  return dump.map(({ title, sql }) => ({ title: back(title), sql: back(sql) }));
};

/** A name as `pg_dump` writes it. */
const asDumped = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && name !== "order" ? name : ident(name);
