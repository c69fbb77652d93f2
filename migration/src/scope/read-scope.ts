import type pg from "pg";
import { readGraph } from "./graph";
import { cut } from "./cut";
import type { Scope, SchemaGraph } from "./scope";

/** A part of a schema, and how to tell what belongs to it. */
export interface Part {
  readonly scope: Scope;
  readonly graph: SchemaGraph;
  /** The object of the part that a catalog row, `pg_trigger 16400`, belongs to; undefined for a row of others. */
  readonly ownerOf: (row: string) => string | undefined;
}

/** Reads which part of a schema table patterns select. */
export async function readPart(
  client: pg.Client,
  at: { readonly schema: string; readonly oid: number; readonly extensionSchemas: readonly string[] },
  patterns: readonly string[],
): Promise<Part> {
  const graph = await readGraph(client, at.schema, at.oid, at.extensionSchemas);
  const scope = cut(graph, patterns);
  const keys = new Set(scope.objects.map(({ key }) => key));
  const ownerOf = (row: string): string | undefined => {
    const key = graph.belongs.get(row);
    return key !== undefined && keys.has(key) ? key : undefined;
  };
  return { scope, graph, ownerOf };
}
