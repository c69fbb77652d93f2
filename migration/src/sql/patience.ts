/** How long a server may say nothing before sessions with it are given up (`watch.ts`). Times are milliseconds. */
export const PATIENCE = {
  /** Between two looks. */
  look: 5_000,
  /** How long a server has to say something to one who asks it. */
  ask: 15_000,
  /** Looks in a row that find nothing, each of which takes as long as one may ask: a minute in all. */
  looks: 3,
} as const;
