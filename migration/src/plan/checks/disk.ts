import { formatBytes } from "../units";
import { blocker, warning, type Check } from "../finding";
import { diskNeeded } from "../needs";

/** A disk with less to spare than this part of what is written is worth a word. */
const MARGIN = 0.2;

/** Whether the new home's disks hold the data; only of servers on this machine is that known. */
export const disk: Check = ({ request, strategy, source, target }) => {
  if (target?.disk === undefined) return [];
  const need = diskNeeded(strategy, source, target);
  const { data, wal, shared } = target.disk;
  const reclaimed = strategy === "template" ? 0 : target.reclaimable;
  const parts = shared
    ? [["data and WAL", need.data + need.wal, data + reclaimed] as const]
    : [["data", need.data, data + reclaimed] as const, ["WAL", need.wal, wal] as const];
  return parts.flatMap(([what, needed, free]) => {
    if (needed === 0 || free >= needed * (1 + MARGIN)) return [];
    const short = free < needed;
    const finding = short ? blocker : warning;
    return [
      finding(
        "disk-short",
        `host "${request.to.host}" has ${formatBytes(free)} free for ${what}; this move writes about ${formatBytes(needed)}${short ? "" : ", which leaves little"}.`,
        short ? "Free or add space there." : "Watch it, or add space there.",
      ),
    ];
  });
};
