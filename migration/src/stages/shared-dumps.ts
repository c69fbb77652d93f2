import type pg from "pg";
import { archiveSchema, archiveSchemas, type Archived, type Home } from "../ddl/dump";
import { catalogStamp } from "../inspect/stamp";
import { LARGE, catalogSizes } from "../plan/inspect-ends";
import { sameServer } from "../plan/strategy";
import type { MoveRequest } from "../types";

/** `pg_dump` reads the whole catalog, whatever it is to write of it: of many schemas that are left, this many at once. */
const MOST = 16;

/** A schema's dump, and the stamp of what it was made of. */
interface Stamped {
  readonly stamp: string;
  readonly archived: Archived;
}

/** A schema that moves of this process leave, waiting for their turn or at it. */
interface Leaving {
  moves: number;
  /** Made, or being made, for one of them or for another schema's; undefined where it was not. */
  dump?: Promise<Stamped | undefined>;
}

const databases = new Map<string, Map<string, Leaving>>();

const keyOf = ({ server, database }: Home): string => JSON.stringify([server, database]);

/** Whether a move copies rows into what is made anew from the definitions, as is clear before anything is read. */
export const mayDump = ({ from, to, options }: MoveRequest): boolean =>
  options.mode !== "online" && !sameServer(from, to);

/**
 * Makes known that a move will want the definitions of what it leaves.
 * @returns what says that it does not any more
 */
export function expectDump(request: MoveRequest): () => void {
  if (!mayDump(request)) return () => undefined;
  const { from } = request;
  const key = keyOf(from);
  const leaving = databases.get(key) ?? new Map<string, Leaving>();
  const entry = leaving.get(from.schema) ?? { moves: 0 };
  databases.set(key, leaving.set(from.schema, entry));
  entry.moves += 1;
  return () => {
    entry.moves -= 1;
    if (entry.moves === 0) leaving.delete(from.schema);
    if (leaving.size === 0) databases.delete(key);
  };
}

/**
 * Begins to dump a schema's definitions, and with them those of others that wait for their turn. What was dumped before its own
 * turn is taken where nobody has written to what it was read from since.
 * @param client a session in the database, free again when this resolves
 * @param stamped gives the stamp of the definitions as they are now
 * @returns what waits for the dump. @throws RehomeError `dump-failed` there
 */
export async function beginDump(
  client: pg.Client,
  home: Home,
  stamped: () => Promise<string | undefined>,
): Promise<() => Promise<Archived>> {
  const leaving = databases.get(keyOf(home)) ?? new Map<string, Leaving>();
  const own = leaving.get(home.schema);
  // Nobody comes between this look and the claim below, who would dump the same.
  const earlier = own?.dump === undefined ? undefined : await own.dump;
  if (earlier !== undefined && earlier.stamp === (await stamped()))
    return () => Promise.resolve(earlier.archived);
  const waiting = [...leaving].filter(([name, { dump }]) => name !== home.schema && dump === undefined);
  if (own === undefined || (waiting.length === 0 && own.moves === 1)) return alone(home);
  const others = waiting.slice(0, MOST - 1);
  const stamping = stampsOf(
    client,
    home.schema,
    others.map(([name]) => name),
  );
  const dumping = stamping.then((stamps) => dumpTogether(home, [...stamps.keys()]));
  const dumpOf = async (name: string, stamp: Promise<string | undefined>): Promise<Stamped | undefined> => {
    const [taken, archived] = [await stamp, (await dumping).get(name)];
    return taken === undefined || archived === undefined ? undefined : { stamp: taken, archived };
  };
  const never = (): undefined => undefined;
  for (const [name, other] of others)
    other.dump = dumpOf(
      name,
      stamping.then((stamps) => stamps.get(name)),
    ).catch(never);
  own.dump = dumpOf(home.schema, stamped()).catch(never);
  await stamping;
  return async () => (await dumping).get(home.schema) as Archived;
}

const alone = (home: Home): (() => Promise<Archived>) => {
  const dumping = archiveSchema(home);
  dumping.catch(() => undefined); // thrown to who waits for it
  return () => dumping;
};

/** Where it fails for another's reason, the schema whose turn it is gets its own. */
const dumpTogether = async (
  home: Home,
  others: readonly string[],
): Promise<ReadonlyMap<string, Archived>> => {
  const schemas = [home.schema, ...others];
  return await archiveSchemas(home, schemas).catch(async (error: unknown) => {
    if (others.length === 0) throw error;
    return await archiveSchemas(home, [home.schema]);
  });
};

/** The stamps of those that are small enough, all of them and the schema itself, to be dumped together. */
async function stampsOf(
  client: pg.Client,
  schema: string,
  others: readonly string[],
): Promise<Map<string, string>> {
  const sizes = await catalogSizes(client, [schema, ...others]);
  let room = LARGE - (sizes.get(schema)?.size ?? LARGE);
  const stamps = new Map<string, string>();
  for (const name of others) {
    const { oid, size } = sizes.get(name) ?? { oid: 0, size: LARGE };
    if (size >= room) continue;
    room -= size;
    stamps.set(name, await catalogStamp(client, oid));
  }
  return stamps;
}
