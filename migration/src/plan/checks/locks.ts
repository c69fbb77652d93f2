import { blocker, type Check } from "../finding";
import { locksNeeded } from "../needs";

/** Whether both servers have room for the locks that a run holds. */
export const locks: Check = ({ request: { from, to }, strategy, source, target }) => {
  const need = locksNeeded(strategy, source);
  const ends = [
    [from.host, need.source, source.server.lockCapacity] as const,
    ...(target === undefined ? [] : [[to.host, need.target, target.server.lockCapacity] as const]),
  ];
  return ends
    .filter(([, needed, capacity]) => needed > capacity)
    .map(([host, needed, capacity]) =>
      blocker(
        "locks-too-few",
        `host "${host}" has room for ${capacity} locks; this move holds up to ${needed} at a time.`,
        `Raise max_locks_per_transaction there by a factor of ${Math.ceil((2 * needed) / capacity)} and restart the server.`,
      ),
    );
};
