#!/usr/bin/env node
import { parseArgs } from "node:util";
import { runHarness } from "./harness";
import { report } from "./table";

const USAGE = `node bench/faults/dist/bin.js [--count 300] [--seed 1] [--lanes 2] [--journey N] [--kinds REGEXP] [--worlds REGEXP]
Moves services between throwaway servers, back, and for good, while faults happen, until --count of them have.
--journey runs that journey alone: the number and the seed decide what happens in it.`;

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "300" },
      seed: { type: "string", default: "1" },
      lanes: { type: "string", default: "2" },
      journey: { type: "string" },
      kinds: { type: "string" },
      worlds: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  let lines = 0;
  const summary = await runHarness({
    count: Number(values.count),
    seed: values.seed,
    lanes: Number(values.lanes),
    ...(values.journey === undefined ? {} : { journey: Number(values.journey) }),
    ...(values.kinds === undefined ? {} : { kinds: new RegExp(values.kinds) }),
    ...(values.worlds === undefined ? {} : { worlds: new RegExp(values.worlds) }),
    tell: (line) => console.log(`${(lines += 1)} ${line}`),
  });
  console.log(`\n${report(summary)}`);
  if (summary.violations.length === 0) return;
  for (const { what, detail, step } of summary.violations) console.log(`\n${what}: ${detail}\n  in ${step}`);
  const again = [...new Set(summary.violations.map(({ step }) => /^journey (\d+)/.exec(step)?.[1]))];
  for (const journey of again) console.log(`Again: make faults SEED=${values.seed} JOURNEY=${journey}`);
  process.exitCode = 1;
};

// Servers and disks are cleared as the process ends, and a signal alone would not let it.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : String(error));
  process.exitCode = 1;
});
