import { cpus, totalmem } from "node:os";

/** What figures were taken on. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  /** Bytes. */
  readonly memory: number;
  readonly system: string;
  readonly node: string;
  readonly postgresql: string;
}

export const machine = (postgresql: string): Machine => ({
  cores: cpus().length,
  processor: cpus()[0]?.model.trim() ?? "unknown",
  memory: totalmem(),
  system: `${process.platform} ${process.arch}`,
  node: process.version,
  postgresql,
});
