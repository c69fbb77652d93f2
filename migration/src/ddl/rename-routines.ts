import type pg from "pg";
import { RehomeError } from "../errors";
import { rows } from "../sql/connect";
import { ident, literal } from "../sql/quote";
import { splitIdentifiers } from "../sql/settings";
import { renameInCode, type Renaming } from "./rename-code";

interface RoutineRow {
  readonly signature: string;
  readonly definition: string;
  readonly body: string;
  readonly parsed: boolean;
  readonly language: string;
  readonly settings: string[] | null;
}

/**
 * Rewrites the code and the `SET search_path` of a schema's routines after the schema itself has been renamed.
 * @throws RehomeError `code-unclear`: the plan refuses such code before; this is the net below it
 */
export async function renameRoutines(client: pg.Client, schema: string, renaming: Renaming): Promise<void> {
  if (renaming.from === renaming.to) return;
  const found = await rows<RoutineRow>(
    client,
    `SELECT p.oid::regprocedure::text AS signature, pg_get_functiondef(p.oid) AS definition, p.prosrc AS body,
       p.prosqlbody IS NOT NULL AS parsed, l.lanname::text AS language, p.proconfig AS settings
     FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
     JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname = $1 AND p.prokind <> 'a' AND l.lanname NOT IN ('c', 'internal')
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend x WHERE x.classid = 'pg_catalog.pg_proc'::regclass AND x.objid = p.oid AND x.deptype = 'e')`,
    [schema],
  );
  await client.query("SET check_function_bodies = off");
  for (const routine of found) {
    if (!routine.parsed && (routine.language === "sql" || routine.language === "plpgsql"))
      await renameBody(client, routine, renaming);
    const path = routine.settings?.find((setting) => setting.startsWith("search_path="));
    if (path !== undefined)
      await renameSearchPath(client, routine.signature, path.slice("search_path=".length), renaming);
  }
}

async function renameBody(client: pg.Client, routine: RoutineRow, renaming: Renaming): Promise<void> {
  const { text, unclear } = renameInCode(routine.body, renaming);
  if (unclear.length > 0) {
    throw new RehomeError(
      "code-unclear",
      `function ${routine.signature} may name schema "${renaming.from}" in a way that cannot be renamed for certain: ${unclear.join("; ")}. Write the names without their schema.`,
    );
  }
  if (text === routine.body) return;
  await client.query(withBody(routine, text));
}

/** The definition with another body: `pg_get_functiondef` puts it last, between two equal dollar quotes. */
function withBody(routine: RoutineRow, body: string): string {
  const tag = /(\$[a-z]*\$)\s*$/.exec(routine.definition)?.[1] ?? "";
  const tail = `${tag}${routine.body}${tag}`;
  const at = routine.definition.lastIndexOf(tail);
  if (tag === "" || at < 0)
    throw new RehomeError(
      "code-unclear",
      `the body of function ${routine.signature} cannot be found in its definition.`,
    );
  return routine.definition.slice(0, at) + literal(body).trimStart();
}

async function renameSearchPath(
  client: pg.Client,
  signature: string,
  path: string,
  renaming: Renaming,
): Promise<void> {
  const names = splitIdentifiers(path);
  if (!names.includes(renaming.from)) return;
  const renamed = names.flatMap((name) => {
    if (name !== renaming.from) return [name];
    return renaming.from === "public" ? [renaming.to, renaming.extensionSchema] : [renaming.to];
  });
  await client.query(
    `ALTER ROUTINE ${signature} SET search_path = ${[...new Set(renamed)].map(ident).join(", ")}`,
  );
}
