import { renameInCode, type Renaming } from "../ddl/rename-code";
import { movingNames, type SchemaInspection } from "../inspect/schema";
import { placementName } from "../naming";
import type { Finding, MoveRequest } from "../types";

/** What is known of the place that a dataset goes to; absent while its server is still to be created. */
export interface TargetInspection {
  readonly serverVersion: number;
  readonly availableExtensions: ReadonlySet<string>;
  /** Extensions of the target database, by name, with the schema each is in. */
  readonly installedExtensions: ReadonlyMap<string, string>;
  /** Objects in the target schema that no journal of this dataset accounts for. */
  readonly strangers: number;
  /** Whether the role that is to own the dataset's objects exists. */
  readonly ownerExists: boolean;
}

const blocker = (code: string, message: string, remedy: string): Finding => ({
  code,
  level: "blocker",
  message,
  remedy,
});
const warning = (code: string, message: string, remedy: string): Finding => ({
  code,
  level: "warning",
  message,
  remedy,
});

const some = (names: readonly string[], limit = 5): string =>
  names.length <= limit
    ? names.join("; ")
    : `${names.slice(0, limit).join("; ")}; and ${names.length - limit} more`;

/** In which schema of the new home an extension is, or will be. */
export function extensionHome(
  extension: { readonly name: string; readonly schema: string },
  request: MoveRequest,
  target?: TargetInspection,
): string {
  const installed = target?.installedExtensions.get(extension.name);
  if (installed !== undefined) return installed;
  return extension.schema === request.from.schema ? "public" : extension.schema;
}

/** How names in code are to be read and changed for this move. */
export function renamingOf(request: MoveRequest, source: SchemaInspection): Renaming {
  return {
    from: request.from.schema,
    to: request.to.schema,
    moving: movingNames(source),
    staying: request.from.schema === "public" ? source.extensionMembers : new Set(),
    extensionSchema: "public",
  };
}

/** Everything that forbids a move or that its reader should know. Pure: the inspections say it all. */
export function preflight(
  request: MoveRequest,
  source: SchemaInspection,
  target: TargetInspection | undefined,
  dumpVersion: number,
): Finding[] {
  const from = placementName(request.from);
  const to = placementName(request.to);
  const found: Finding[] = [];
  const newest = Math.max(source.serverVersion, target?.serverVersion ?? 0);
  if (dumpVersion < newest) {
    found.push(
      blocker(
        "pg-dump-older",
        `pg_dump here is of PostgreSQL ${dumpVersion}, a server of this move of ${newest}, which it refuses.`,
        `Install PostgreSQL ${newest}'s client programs, or name their directory in REHOME_PG_BIN.`,
      ),
    );
  }
  if (request.options.mode === "online") {
    found.push(
      blocker(
        "mode-online",
        `${request.dataset} asks for mode: online, which this version cannot do.`,
        "Write mode: offline.",
      ),
    );
  }
  if (request.tables !== undefined) {
    found.push(
      blocker(
        "table-patterns",
        `${request.dataset} moves a part of ${from} by table patterns, which this version cannot do.`,
        "Move the whole schema.",
      ),
    );
  }
  const outward = source.references.filter((reference) => reference.direction === "outward");
  const inward = source.references.filter((reference) => reference.direction === "inward");
  if (outward.length > 0) {
    found.push(
      blocker(
        "references-outward",
        `${from} depends on other schemas: ${some(outward.map((r) => `${r.object} on ${r.on}`))}.`,
        "Drop these references, or move both schemas' services into one placement.",
      ),
    );
  }
  if (inward.length > 0) {
    found.push(
      blocker(
        "references-inward",
        `other schemas depend on ${from}: ${some(inward.map((r) => `${r.object} on ${r.on}`))}.`,
        "Drop these references first; services share data by their interfaces.",
      ),
    );
  }
  if (source.largeObjects > 0) {
    found.push(
      blocker(
        "large-objects",
        `database "${request.from.database}" holds ${source.largeObjects} large objects, which belong to no schema and would stay behind.`,
        "Turn them into bytea columns, or remove them with vacuumlo.",
      ),
    );
  }
  const foreign = source.relations
    .filter((relation) => relation.kind === "f")
    .map((relation) => relation.name);
  if (foreign.length > 0) {
    found.push(
      blocker(
        "foreign-tables",
        `${from} has foreign tables: ${some(foreign)}.`,
        "Drop them and create them anew in the new home.",
      ),
    );
  }
  for (const routine of source.routines) {
    if (routine.language !== "sql" && routine.language !== "plpgsql") {
      found.push(
        warning(
          "code-unread",
          `function ${routine.signature} is in ${routine.language}, which is not read for schema names.`,
          "Check that it does not name the old schema.",
        ),
      );
      continue;
    }
    const { unclear } = renameInCode(routine.body, renamingOf(request, source));
    if (unclear.length > 0) {
      found.push(
        blocker(
          "code-unclear",
          `function ${routine.signature} may name schema "${request.from.schema}" in a way that cannot be renamed for certain: ${some(unclear)}.`,
          "Write the names without their schema, or qualify them plainly.",
        ),
      );
    }
  }
  if (source.longTransactions.length > 0) {
    found.push(
      warning(
        "long-transactions",
        `transactions are open in the old home: ${some(source.longTransactions)}.`,
        "The fence waits for them; end them first.",
      ),
    );
  }
  return target === undefined ? found : [...found, ...targetFindings(request, source, target, to)];
}

function targetFindings(
  request: MoveRequest,
  source: SchemaInspection,
  target: TargetInspection,
  to: string,
): Finding[] {
  const found: Finding[] = [];
  if (target.serverVersion < source.serverVersion) {
    found.push(
      blocker(
        "version-older",
        `the new home runs PostgreSQL ${target.serverVersion}, the old one ${source.serverVersion}.`,
        "Move to a server of the same major version or a newer one.",
      ),
    );
  }
  if (target.strangers > 0) {
    found.push(
      blocker(
        "target-not-empty",
        `${to} holds ${target.strangers} objects that no migration of ${request.dataset} has put there.`,
        "Choose an empty schema, or drop what is in it if nobody needs it.",
      ),
    );
  }
  const missing = source.extensions.filter(
    (e) => !target.availableExtensions.has(e.name) && !target.installedExtensions.has(e.name),
  );
  if (missing.length > 0) {
    found.push(
      blocker(
        "extension-missing",
        `the new home's server does not offer the extensions ${some(missing.map((e) => e.name))}.`,
        "Install them on the server, or drop them from the old home if nothing uses them.",
      ),
    );
  }
  for (const extension of source.extensions) {
    const home = extensionHome(extension, request, target);
    const inTheWay = request.from.schema !== request.to.schema && extension.schema === request.to.schema;
    if ((home !== extension.schema || inTheWay) && !extension.relocatable) {
      found.push(
        blocker(
          "extension-fixed",
          `extension ${extension.name} cannot change its schema from "${extension.schema}" to "${home}".`,
          `Install it in schema "${extension.schema}" of the new database.`,
        ),
      );
    }
  }
  return found;
}
