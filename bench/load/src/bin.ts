#!/usr/bin/env node
import { parseArgs } from "node:util";
import { formatBytes, formatCount } from "@rehome/migration";
import { findBinaries } from "@rehome/postgres";
import { run, type Outcome } from "./run";

const USAGE = `node bench/load/dist/bin.js [--writes 1000000] [--writers 16] [--rows 100000] [--scale 5]
Moves a service online between two servers, back and there again, while --writers clients and pgbench write, until
--writes are acknowledged; then compares what the clients were told with what is there.`;

const at = (ascending: readonly number[], share: number): string =>
  `${(ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0).toFixed(0)} ms`;

const report = (outcome: Outcome): string => {
  const { pauses, fences, pgbench } = outcome;
  const sums = outcome.balanced ? "agree" : "DO NOT AGREE";
  return [
    ["writes acknowledged", formatCount(outcome.acknowledged)],
    [
      "transactions of several statements acknowledged",
      `${formatCount(outcome.transfers)}; accounts and transfers ${sums}`,
    ],
    ["lost", String(outcome.lost)],
    ["changed", String(outcome.changed)],
    ["there, and told to nobody", String(outcome.unknown)],
    ...(pgbench === undefined
      ? []
      : [
          [
            "pgbench's transactions",
            `${formatCount(pgbench.transactions)}; its sums ${pgbench.agree ? "agree" : "DO NOT AGREE"}`,
          ],
        ]),
    [
      "pause of a client at a switch: p50, p99, max",
      [0.5, 0.99, 1].map((share) => at(pauses, share)).join(", "),
    ],
    ["longest wait of a client at any other time", `${outcome.longestWait.toFixed(0)} ms`],
    ["fence to hand-out", fences.map((seconds) => `${seconds.toFixed(2)} s`).join(", ")],
    ["size of the service's tables", formatBytes(outcome.bytes)],
  ]
    .map(([what = "", value = ""]) => `${what.padEnd(50)} ${value}`)
    .join("\n");
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      writes: { type: "string", default: "1000000" },
      writers: { type: "string", default: "16" },
      rows: { type: "string", default: "100000" },
      scale: { type: "string", default: "5" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const binaries = await findBinaries();
  const outcome = await run({
    writes: Number(values.writes),
    writers: Number(values.writers),
    rows: Number(values.rows),
    scale: Number(values.scale),
    pgbench: binaries.path("pgbench"),
    tell: (line) => console.log(line),
  });
  console.log(`\n${report(outcome)}`);
  const fine = outcome.lost + outcome.changed + outcome.unknown === 0 && outcome.balanced;
  if (!fine || outcome.pgbench?.agree === false) process.exitCode = 1;
};

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : String(error));
  process.exitCode = 1;
});
