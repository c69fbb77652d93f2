import type pg from "pg";
import { all } from "../all";
import { RehomeError, codeOf } from "../errors";
import { dumpVersion } from "../ddl/dump";
import { loadGrammar } from "../ddl/grammar";
import { placementName } from "../naming";
import { open, withSession } from "../sql/connect";
import type { Endpoint, MoveRequest, Plan, Strategy } from "../types";
import { inspectSource, inspectTarget, withUnfitText } from "./inspect-ends";
import type { SourceInspection, TargetInspection } from "./finding";
import { followPlan } from "./followed";
import { diskNeeded } from "./needs";
import { preflight } from "./preflight";
import { chooseStrategy, restartsForLoad } from "./strategy";

/** A move whose target server may still be to be created. */
export type PlanRequest = Omit<MoveRequest, "to"> & {
  readonly to: Omit<Endpoint, "server"> & { readonly server?: Endpoint["server"] };
  /** The stack declares the role `to.owner` on the target's server: in a preview it may be still to come. */
  readonly ownerToCome?: boolean;
};

/** Bytes per second that each strategy is expected to reach with its verification, where none has been measured. */
const EXPECTED_RATE: Readonly<Record<Strategy, number>> = {
  copy: 30_000_000,
  follow: 30_000_000,
  template: 120_000_000,
  "set-schema": Infinity,
};
/** Seconds that fencing, sequences and the hand-out take beside the data. */
const OVERHEAD = 1;

/**
 * Plain arithmetic over the inspections.
 * @param dumpVersion the major version of the `pg_dump` at hand
 */
export function makePlan(
  request: PlanRequest,
  source: SourceInspection,
  target: TargetInspection | undefined,
  dumpVersion: number,
): Plan {
  const tables = source.relations.filter((relation) => relation.kind === "r");
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  const objects: Record<string, number> = {};
  for (const { kind } of source.entries) objects[kind] = (objects[kind] ?? 0) + 1;
  const kinds: Record<string, string> = { v: "view", m: "materialized view", p: "partitioned table" };
  for (const { kind } of source.relations) {
    const name = kinds[kind];
    if (name !== undefined) objects[name] = (objects[name] ?? 0) + 1;
  }
  if (source.largeObjects.mine.length > 0) objects["large object"] = source.largeObjects.mine.length;
  const to = request.to as MoveRequest["to"];
  const { strategy, because } = chooseStrategy(request, source, target);
  const others =
    strategy === "follow" ? followPlan({ request: { ...request, to }, source, target }).others : [];
  const fenced = strategy === "follow" ? others.reduce((sum, table) => sum + table.bytes, 0) : bytes;
  const measured = target?.rates[strategy];
  const { data, wal } = diskNeeded(strategy, source, target);
  return {
    dataset: request.dataset,
    from: placementName(request.from),
    to: placementName(request.to),
    strategy,
    because,
    tables: tables.length,
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
    bytes,
    diskBytes: data + wal,
    ...(target?.disk === undefined ? {} : { diskFree: target.disk.data }),
    objects,
    fenceSeconds: Math.ceil(OVERHEAD + fenced / (measured ?? EXPECTED_RATE[strategy])),
    ...(measured === undefined ? {} : { measuredRate: measured }),
    ...(restartsForLoad(request, bytes) ? { restarts: true } : {}),
    findings: preflight({ request: { ...request, to }, strategy, source, target, dumpVersion }),
    fingerprint: source.fingerprint,
  };
}

/**
 * What a move would do, and what forbids it. Reads only; a target server or database that does not exist yet is left
 * out of account.
 * @throws RehomeError `unreachable`, `authentication-failed`, `database-missing`, `schema-missing` of the old home
 */
export async function planMove(request: PlanRequest): Promise<Plan> {
  await loadGrammar();
  const ends = withSession(request.from.server, request.from.database, async (client) => {
    // Of two errors, the one about where the data is now comes first.
    const [source, target] = await all([
      inspectSource(client, request as MoveRequest),
      targetIfThere(request),
    ]);
    return { source: target === undefined ? source : await withUnfitText(client, source, target), target };
  });
  const [{ source, target }, version] = await all([ends, dumpVersion()]);
  return makePlan(request, source, target, version);
}

async function targetIfThere(request: PlanRequest): Promise<TargetInspection | undefined> {
  const { server } = request.to;
  if (server === undefined) return undefined;
  let client: pg.Client;
  try {
    client = await open(server, request.to.database);
  } catch (error) {
    // The stack declares the database; in a preview it may be still to come.
    if (codeOf(error) === "database-missing") return undefined;
    throw error;
  }
  try {
    return await inspectTarget(client, { ...request, to: { ...request.to, server } });
  } finally {
    await client.end();
  }
}

/** @throws RehomeError `blocked` with every blocker's message, remedy and code */
export function refuseBlocked(plan: Plan): void {
  const blockers = plan.findings.filter((finding) => finding.level === "blocker");
  if (blockers.length === 0) return;
  const lines = blockers.map((finding) => `${finding.message} ${finding.remedy} [${finding.code}]`);
  throw new RehomeError(
    "blocked",
    `${plan.dataset} cannot move from ${plan.from} to ${plan.to}:\n  ${lines.join("\n  ")}`,
  );
}
