import type { ReplicationFacts } from "../../inspect/replication";
import { ident } from "../../sql/quote";
import type { Finding } from "../../types";
import { blocker, some, warning, type Check, type Ends } from "../finding";
import { followPlan } from "../followed";
import { formatBytes } from "../units";

/** What logical replication needs of both servers: of the old home's to be followed, of the new one's for the way back. */
export const replication: Check = (ends) => {
  if (ends.strategy !== "follow") return [];
  const { request, source, target } = ends;
  const asReplica = actsAsReplica(ends);
  const one = source.replication;
  const other = target?.replication;
  return [
    ...(one === undefined ? [] : atEnd(request.from.host, source.rights.user, one, asReplica)),
    ...(other === undefined || target === undefined
      ? []
      : atEnd(request.to.host, target.rights.user, other, asReplica)),
  ];
};

/** Truncations through a facade, and copies under the fence, fire no trigger and ask no foreign key. */
function actsAsReplica(ends: Ends): boolean {
  const { side, others } = followPlan(ends);
  return side !== null || others.length > 0;
}

function atEnd(host: string, user: string, facts: ReplicationFacts, asReplica: boolean): Finding[] {
  const found: Finding[] = [];
  const block = (
    code: "wal-level" | "output-plugin" | "slots-too-few" | "senders-too-few" | "workers-too-few",
    ...say: [string, string]
  ): void => void found.push(blocker(code, ...say));
  if (facts.walLevel !== "logical") {
    block(
      "wal-level",
      `host "${host}" has wal_level = ${facts.walLevel}: changes cannot be followed from there.`,
      "Set wal_level = logical and restart the server (Cloud SQL: the flag cloudsql.logical_decoding), or write mode: offline.",
    );
  }
  if (!facts.mayDecode) {
    block(
      "output-plugin",
      `host "${host}" lets no subscription read its changes: output_plugin_libraries does not name pgoutput.`,
      "Add pgoutput to output_plugin_libraries and reload the server's configuration, or write mode: offline.",
    );
  }
  const limits = [
    ["slots-too-few", facts.freeSlots, "replication slot", "max_replication_slots"],
    ["senders-too-few", facts.freeSenders, "WAL sender", "max_wal_senders"],
    [
      "workers-too-few",
      facts.freeWorkers,
      "worker that applies changes",
      "max_logical_replication_workers and max_worker_processes",
    ],
  ] as const;
  for (const [code, free, what, setting] of limits) {
    if (free >= 1) continue;
    block(
      code,
      `host "${host}" has no ${what} left; a move that is followed takes one on each side.`,
      `Raise ${setting} and restart the server, or finish other moves first.`,
    );
  }
  if (facts.prepared.length > 0) {
    found.push(
      blocker(
        "prepared-transactions",
        `prepared transactions on host "${host}" keep a replication slot from beginning: ${some(facts.prepared)}.`,
        "End each: COMMIT PREPARED, or ROLLBACK PREPARED.",
      ),
    );
  }
  if (facts.slotWalLimit !== null) {
    found.push(
      warning(
        "slot-wal-limited",
        `host "${host}" keeps at most ${formatBytes(facts.slotWalLimit)} of WAL for a home that falls behind (max_slot_wal_keep_size); beyond that it is copied afresh.`,
        "Raise it if more is written than that while the new home cannot be reached.",
      ),
    );
  }
  return [...found, ...rights(host, user, facts, asReplica)];
}

function rights(host: string, user: string, facts: ReplicationFacts, asReplica: boolean): Finding[] {
  const lacking = (may: boolean, why: string, remedy: string): Finding[] =>
    may
      ? []
      : [
          blocker(
            "rights-missing",
            `administrator "${user}" of host "${host}" lacks the right for ${why}.`,
            remedy,
          ),
        ];
  const role = ident(user);
  return [
    ...lacking(
      facts.mayReplicate,
      "a role that reads the changes",
      `Before PostgreSQL 16 move as a superuser; from 16 on run ALTER ROLE ${role} CREATEROLE REPLICATION there as one who may.`,
    ),
    ...lacking(
      facts.maySubscribe,
      "a subscription",
      `Before PostgreSQL 16 move as a superuser; from 16 on run GRANT pg_create_subscription TO ${role} there as one who may.`,
    ),
    ...lacking(
      facts.mayActAsReplica || !asReplica,
      "what a replica does, without triggers and foreign keys",
      `Run GRANT SET ON PARAMETER session_replication_role TO ${role} there as one who may.`,
    ),
  ];
}
