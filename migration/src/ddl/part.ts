import type pg from "pg";
import { RehomeError, messageOf } from "../errors";
import { comparable } from "../inspect/across-versions";
import { differences, type CatalogEntry } from "../inspect/fingerprint";
import { inspectExtensions } from "../inspect/extensions";
import { extensionSchemas, readCatalog, schemaOid } from "../inspect/schema";
import { readGraph } from "../scope/graph";
import type { Scope } from "../scope/scope";
import { serverVersion, transaction } from "../sql/connect";
import { ownedEntries, type Owners } from "../verify/renamed-entries";
import { emptySchema } from "./empty-schema";
import type { Statement } from "./statements";

/** What is restored of a schema's dump, and what of it is to be there in the end. */
export interface PartToRestore {
  /** The `SET LOCAL` statements for the restoring transaction. */
  readonly settings: string;
  readonly statements: readonly Statement[];
  readonly scope: Scope;
  /** The part's definitions in the old home. */
  readonly entries: readonly CatalogEntry[];
  /** The major version of the old home's server. */
  readonly serverVersion: number;
  readonly owners: Owners;
}

/**
 * Restores a schema's dump and drops what is not of the part. The rest may refer to what is not here, other schemas' say:
 * such statements are passed over. The proof is in the end: the part's definitions are what they are in the old home.
 * @throws RehomeError `definition-refused`
 */
export async function restorePart(scratch: pg.Client, schema: string, part: PartToRestore): Promise<void> {
  const { settings, statements, scope, entries, owners } = part;
  const refused: string[] = [];
  await transaction(scratch, async () => {
    await scratch.query(settings);
    for (const { sql } of statements) {
      await scratch.query("SAVEPOINT statement");
      try {
        await scratch.query(sql);
      } catch (error) {
        refused.push(`${JSON.stringify(sql.slice(0, 120))}: ${messageOf(error)}`);
        await scratch.query("ROLLBACK TO SAVEPOINT statement");
      }
      await scratch.query("RELEASE SAVEPOINT statement");
    }
  });
  await keepOnly(scratch, schema, new Set(scope.objects.map(({ identity }) => identity)));
  const { entries: found } = await readCatalog(scratch, await placeOf(scratch, schema), scope.patterns);
  const versions = { source: part.serverVersion, target: await serverVersion(scratch) };
  const differing = differences(
    comparable(ownedEntries(entries, owners), versions),
    comparable(ownedEntries(found, { from: owners.to, to: owners.to }), versions),
  );
  if (differing.length === 0) return;
  const why = refused.length === 0 ? "" : `; the new home's server refuses ${refused.join("; ")}`;
  throw new RehomeError(
    "definition-refused",
    `the part of schema "${schema}" that moves does not stand by itself: ${differing.join("; ")}${why}.`,
  );
}

/** Drops everything of a schema but the objects of these identities. For scratch databases. */
export async function keepOnly(
  scratch: pg.Client,
  schema: string,
  identities: ReadonlySet<string>,
): Promise<void> {
  const { oid, extensionSchemas: paths } = await placeOf(scratch, schema);
  const { objects } = await readGraph(scratch, schema, oid, paths);
  const others = objects.filter(({ identity }) => !identities.has(identity)).map(({ key }) => key);
  await emptySchema(scratch, schema, new Set(others));
}

async function placeOf(scratch: pg.Client, schema: string) {
  const extensions = await inspectExtensions(scratch);
  return {
    schema,
    oid: (await schemaOid(scratch, schema)) ?? 0,
    extensionSchemas: extensionSchemas(extensions),
  };
}
