import { formatBytes, type Progress, type Report } from "@rehome/migration";

/** `crm: copy, 12 of 40 tables, 1.2 GB of 3.4 GB, 110 MB/s, 20 s left` */
export const formatProgress = (progress: Progress): string => {
  const { dataset, stage, tablesDone, tablesTotal, bytesDone, bytesTotal, rate, secondsLeft, message } =
    progress;
  const { workers = 0 } = progress;
  return [
    `${dataset}: ${stage}`,
    ...(message === undefined ? [] : [message]),
    ...(tablesTotal > 0 ? [`${tablesDone} of ${tablesTotal} tables`] : []),
    ...(bytesTotal > 0 ? [`${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`] : []),
    ...(rate > 0 ? [`${formatBytes(rate)}/s`] : []),
    ...(workers > 0 ? [`${workers} ${workers === 1 ? "worker shares" : "workers share"} in it`] : []),
    ...(secondsLeft === undefined ? [] : [`${Math.ceil(secondsLeft)} s left`]),
  ].join(", ");
};

/** Milliseconds between two passing lines. */
const PAUSE = 500;

/**
 * Turns the engine's progress into lines: one that stays for each stage (`say`), and in between passing ones (`show`),
 * two a second at most.
 */
export const reporter = (
  say: (line: string) => void,
  show: (line: string) => void,
  now = Date.now,
): Report => {
  let stage: string | undefined;
  let last = -Infinity;
  return (progress) => {
    if (progress.stage !== stage) {
      stage = progress.stage;
      last = now();
      say(`${progress.dataset}: ${progress.message ?? progress.stage}`);
    } else if (now() - last >= PAUSE) {
      last = now();
      show(formatProgress(progress));
    }
  };
};
