const BYTES = ["B", "kB", "MB", "GB", "TB", "PB"];

/** `2.4 GB`, in powers of 1000. */
export function formatBytes(bytes: number): string {
  const unit = Math.min(BYTES.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** unit;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)}\u00a0${BYTES[unit]}`;
}

/** `12,300`; of numbers written in decimal too, however long. */
export function formatCount(count: number | string): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `1 table`, `12 tables`. */
export function counted(count: number | string, noun: string): string {
  return `${formatCount(count)} ${noun}${String(count) === "1" ? "" : "s"}`;
}

/** `420 ms`, `3.2 s`, `4 min 05 s`, `2 h 05 min`, `3 d 04 h`. */
export function formatDuration(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)}\u00a0ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)}\u00a0s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}\u00a0min ${two(whole % 60)}\u00a0s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}\u00a0h ${two(minutes % 60)}\u00a0min`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)}\u00a0d ${two(hours % 24)}\u00a0h`;
}

/** A duration that is round: `2 s`, `4 min`, `2 h`. */
export function formatRoundDuration(seconds: number): string {
  return formatDuration(seconds).replace(/\.0(?=\u00a0)|\s00\u00a0\w+$/, "");
}

/** `2026-03-04 14:05:06`, UTC. */
export function formatTime(iso: string): string {
  return new Date(iso).toISOString().slice(0, 19).replace("T", " ");
}

/** Seconds from one moment to another, at least 0. */
export function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
