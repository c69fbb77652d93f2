import { availableParallelism } from "node:os";
import type { SchemaInspection } from "../inspect/schema";
import type { MoveOptions, Strategy } from "../types";
import type { SourceInspection } from "./finding";

/** Tables copied, indexes built and tables compared at the same time. */
export const jobsOf = ({ jobs }: Pick<MoveOptions, "jobs">): number =>
  jobs ?? Math.min(8, availableParallelism());

/**
 * Sessions at work in the new home at the same time: indexes are built while other tables are still being copied. What
 * waits for the disk while nobody does either has as many.
 */
export const sessionsAtWork = (jobs: number): number => 2 * jobs;

/** A dump is made, and a stamp is taken, while a large schema is inspected in two sessions. */
const READING = 3;

/**
 * Sessions that a run has open at its busiest, by end: one from its start to its end, and those at work beside it; each
 * process that shares in the copy has one in the old home, and two in the new one.
 */
export function sessionsNeeded(
  strategy: Strategy,
  jobs: number,
  workers = 0,
): { source: number; target: number } {
  if (strategy === "set-schema") return { source: 1, target: 1 };
  if (strategy === "template") return { source: 1 + jobs, target: 1 + jobs };
  return { source: 1 + Math.max(jobs, READING) + workers, target: 1 + sessionsAtWork(jobs) + 2 * workers };
}

/** System catalogs and their indexes that a dump holds locks on to its end: 150 measured, with room for newer servers. */
const CATALOGS = 170;

/**
 * Locks held at the same time, at most, by end. A dump locks each relation that it describes; restoring one locks what
 * it creates: each table with its TOAST table and that one's index, each index, sequence and view.
 */
export function locksNeeded(
  strategy: Strategy,
  { relations, entries }: Pick<SchemaInspection, "relations" | "entries">,
): { source: number; target: number } {
  if (strategy === "template") return { source: 0, target: 0 };
  const stored = relations.filter(({ kind }) => kind === "r" || kind === "m").length;
  const indexes = entries.filter(({ kind }) => kind === "index").length;
  if (strategy === "set-schema") return { source: 0, target: relations.length + indexes };
  const dump = CATALOGS + relations.length;
  return { source: dump, target: Math.max(dump, relations.length + 2 * stored + indexes) };
}

/** Bytes that a move writes to the new home's disks. */
export interface DiskNeed {
  readonly data: number;
  readonly wal: number;
}

/**
 * What the new home needs: as much as the old one has, with its indexes, and the WAL of it, which a server recycles
 * beyond `max_wal_size` unless somebody holds it back.
 */
export function diskNeeded(
  strategy: Strategy,
  source: Pick<SourceInspection, "relations" | "server">,
  target: { readonly server: Pick<SourceInspection["server"], "walBytes" | "walHeld"> } | undefined,
): DiskNeed {
  if (strategy === "set-schema") return { data: 0, wal: 0 };
  // The files of a template are copied as they are, and not logged.
  if (strategy === "template") return { data: source.server.databaseBytes ?? 0, wal: 0 };
  const data = source.relations.reduce((sum, { bytes, indexBytes }) => sum + bytes + indexBytes, 0);
  const { walBytes, walHeld } = target?.server ?? { walBytes: data, walHeld: false };
  return { data, wal: walHeld ? data : Math.min(data, walBytes) };
}
