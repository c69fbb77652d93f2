import type { Server } from "../server";

/** How a section is run. */
export interface Comparison {
  /** 1: data of full size. */
  readonly scale: number;
  /** How often each is measured, in turns. */
  readonly rounds: number;
  /** Before each measurement: makes memory as full as on a machine that has been up for a while, with this server's tables in it. */
  readonly fill: (server: Server) => Promise<void>;
  /** Told of each measurement. */
  readonly tell: (line: string) => void;
}
