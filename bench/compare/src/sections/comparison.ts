/** How a section is run. */
export interface Comparison {
  /** 1: data of full size. */
  readonly scale: number;
  /** How often each is measured, in turns. */
  readonly rounds: number;
  /** Told of each measurement. */
  readonly tell: (line: string) => void;
}
