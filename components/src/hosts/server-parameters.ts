/** Others can follow a server, and a fleet of them come to it: to change this later would take a restart in mid-move. */
const FOLLOWED = {
  wal_level: "logical",
  max_wal_senders: "32",
  max_replication_slots: "32",
  max_logical_replication_workers: "32",
  max_worker_processes: "48",
} as const;

/** What a server that Rehome creates runs with: what a move needs, and the file's own parameters over it. */
export const serverParameters = (
  given: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> => {
  const own = Object.entries(given ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { ...FOLLOWED, ...Object.fromEntries(own) };
};
