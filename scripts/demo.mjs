// The main job on a machine that has nothing but Node.js and PostgreSQL's programs: two worlds' data moves between
// throwaway servers. Everything is in .rehome/demo below the repository.
import console from "node:console";
import { existsSync, rmSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { removeCluster, stopCluster } from "@rehome/postgres";
import { clusters } from "./clusters.mjs";
import { chiroErp } from "./demo/chiro-erp.mjs";
import { hexabuilders } from "./demo/hexabuilders.mjs";
import { chooseRunner } from "./demo/runner.mjs";
import { CheckFailed, bold, checksPassed, headline, red, say } from "./demo/tell.mjs";
import { workshop } from "./demo/workshop.mjs";

const USAGE = `node scripts/demo.mjs [--scale N] [--keep]
  --scale N  how much data: 1 is about 20,000 rows a world (default: 10)
  --keep     leave the servers running, to look at them`;

const options = () => {
  const { values } = parseArgs({
    options: {
      scale: { type: "string", default: "10" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const scale = Number(values.scale);
  if (!Number.isInteger(scale) || scale < 1 || scale > 10_000)
    throw new CheckFailed(`--scale is "${values.scale}"; a whole number from 1 to 10000 is expected.`);
  return { ...values, scale };
};

const eachCluster = async (work) => {
  if (existsSync(workshop)) for (const directory of clusters(workshop)) await work(directory);
};

/** What an earlier run has left. */
const cleanUp = async () => {
  await eachCluster(removeCluster);
  rmSync(workshop, { recursive: true, force: true });
};

const summary = (worlds, seconds, keep) => {
  headline("Summary", ...worlds.map((line) => `  ${line}`));
  say(
    `  ${checksPassed()} checks, all of them true; ${Math.round(seconds)} seconds.`,
    "",
    bold("What to do next"),
  );
  say("  README.md, “A stack of your own”: a stack file of your own, `pulumi up`, and its first move.");
  say("  examples/chiro-erp/placements and examples/hexabuilders/placements: the stack files of this tour.");
  if (keep)
    say(
      `  The servers still run; the tour's stacks are in ${workshop}. \`make clean\` ends and deletes them.`,
    );
  else
    say(
      "  `node scripts/demo.mjs --keep` leaves the servers running to look at; `make clean` ends and deletes them.",
    );
};

const tour = async ({ scale, keep }) => {
  const began = Date.now();
  await cleanUp();
  const runner = chooseRunner();
  say(bold("Rehome: where each service's PostgreSQL data lives, in one file; the data follows"));
  if (runner.real) say("The programs run under `pulumi`, with a state of their own.");
  else
    say(
      `The programs run on Rehome's rehearsal host: ${runner.why}. Programs, servers and data are the same.`,
    );
  const worlds = [await chiroErp(runner, scale), await hexabuilders(runner, scale)];
  summary(worlds, (Date.now() - began) / 1000, keep);
};

const main = async () => {
  const { help, ...chosen } = options();
  if (help) return say(USAGE);
  for (const signal of ["SIGINT", "SIGTERM"])
    process.once(signal, () => void eachCluster(stopCluster).finally(() => process.exit(1)));
  try {
    await tour(chosen);
  } finally {
    if (!chosen.keep) await eachCluster(stopCluster);
  }
};

main().catch((error) => {
  const known = error instanceof CheckFailed;
  console.error(red(`The demo failed: ${known ? error.message : (error.stack ?? error)}`));
  process.exitCode = 1;
});
