/** Round numbers from 0 to at least `most`, four or five of them; in steps of 1, 2 or 5 of some power of ten. */
export function ticks(most: number): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? 10 * power;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, at) =>
    Number((at * step).toPrecision(12)),
  );
}

const STEPS = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800,
  21600, 43200, 86400,
];

/** Moments between 0 and `seconds`, at most seven, that a clock's reader finds round. */
export function timeTicks(seconds: number): number[] {
  const step = STEPS.find((each) => seconds / each <= 6) ?? 86400 * Math.ceil(seconds / 86400 / 6);
  return Array.from({ length: Math.floor(seconds / step + 1e-9) + 1 }, (_, at) =>
    Number((at * step).toPrecision(12)),
  );
}
