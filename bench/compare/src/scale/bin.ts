#!/usr/bin/env node
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { removeAll, withPair } from "../server";
import { makeData, measure, type Measured } from "./measure";

const USAGE = `node bench/compare/dist/scale/bin.js [--megabytes 100] [--streams 1,2,4] [--times 1,10]
Moves a service between two servers while 1, 2 and 4 processes share the copy, with its data once and ten times, and prints
what the model in docs/scale.md is made from: rates, ratios, and the CPU that each gigabyte takes.`;

const GB = 1e9;
const cells = (given: readonly (string | number)[]): string => `| ${given.join(" | ")} |`;
const fixed = (value: number, digits = 1): string => value.toFixed(digits);

/** A line of the table; `one` is the same data copied by one process. */
const line = (times: number, found: Measured, one: Measured): string => {
  const { copied, seconds, cpu, stages, shares, streams, wal } = found;
  const perGb = (used: number): string => fixed((used / copied) * GB);
  return cells([
    ...[`${times}×`, streams, fixed(copied / 1e6, 0), fixed(seconds), fixed(copied / 1e6 / seconds, 0)],
    fixed(copied / seconds / (one.copied / one.seconds), 2),
    ...[perGb(cpu.engine), perGb(cpu.source), perGb(cpu.target), fixed(wal / copied, 2)],
    ...[fixed(stages.index ?? 0), fixed(stages.verify ?? 0), shares.join("+")],
  ]);
};

const HEAD = [
  ...["data", "streams", "MB", "copy s", "MB/s", "to one stream"],
  ...["engine CPU s/GB", "old home CPU s/GB", "new home CPU s/GB", "WAL per byte"],
  ...["index s", "verify s", "shares"],
];

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      megabytes: { type: "string", default: "100" },
      streams: { type: "string", default: "1,2,4" },
      times: { type: "string", default: "1,10" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const list = (text: string): number[] => text.split(",").map(Number);
  console.log(`${availableParallelism()} cores; both servers and all processes share them.\n`);
  console.log(`${cells(HEAD)}\n${cells(HEAD.map(() => "---"))}`);
  for (const times of list(values.times)) {
    await withPair(async (pair) => {
      await makeData(pair.source, Number(values.megabytes) * 1e6 * times);
      let one: Measured | undefined;
      for (const streams of list(values.streams)) {
        const found = await measure(pair, `copy_${streams}`, streams);
        one ??= found;
        console.log(line(times, found, one));
      }
    });
  }
};

process.once("SIGINT", () => void removeAll().then(() => process.exit(130)));
main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
