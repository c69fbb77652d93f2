#!/usr/bin/env node
import { resolve } from "node:path";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { isRehome, type Contender } from "./contenders/contender";
import { dumpDirectory, dumpPipe } from "./contenders/dump";
import { pgcopydb } from "./contenders/pgcopydb";
import { rehome } from "./contenders/rehome";
import { DATASETS } from "./datasets";
import { machine } from "./machine";
import { fillMemory, releaseMemory } from "./memory";
import { writePage } from "./page/page";
import { loadMeasured, saveMeasured, type Measured, type Section, type Sections } from "./results";
import type { Comparison } from "./sections/comparison";
import { compare, type CopyResult } from "./sections/copy";
import { growth } from "./sections/growth";
import { sameServer } from "./sections/same-server";
import { PARAMETERS, removeAll, withServer } from "./server";

const USAGE = `node bench/compare/dist/bin.js [--only copy,same-server,growth] [--scale 1] [--rounds 3]
  [--datasets pgbench,wide,many,huge] [--results bench/results] [--docs docs]
Copies the same data with pgcopydb, pg_dump and Rehome, and measures how Rehome grows. What it finds is written to
--results, and from there into --docs; at another scale than 1 only where they are named.
PGCOPYDB=<path>: another pgcopydb beside the one on the PATH.`;

/** Those that are installed, with their versions. */
async function contenders(): Promise<Map<Contender, string>> {
  const newer = process.env["PGCOPYDB"];
  const all = [
    ...[pgcopydb(2), pgcopydb(4)],
    ...(newer === undefined ? [] : [pgcopydb(2, newer)]),
    ...[dumpPipe, dumpDirectory(2), rehome(2, "any"), rehome(2, "own")],
  ];
  const found = new Map<Contender, string>();
  for (const contender of all) {
    const version = await contender.version();
    if (version !== undefined) found.set(contender, version);
    else console.log(`${contender.name} is not installed: left out`);
  }
  return found;
}

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "copy,same-server,growth" },
      scale: { type: "string", default: "1" },
      rounds: { type: "string", default: "3" },
      datasets: { type: "string", default: DATASETS.map(({ name }) => name).join(",") },
      results: { type: "string" },
      docs: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const [scale, rounds] = [Number(values.scale), Number(values.rounds)];
  const fill: Comparison["fill"] = async ({ directory }) =>
    scale < 1 ? undefined : await fillMemory(directory);
  const comparison: Comparison = { scale, rounds, fill, tell: (line) => console.log(line) };
  const root = resolve(__dirname, "../../..");
  const results = values.results ?? (scale === 1 ? resolve(root, "bench/results") : undefined);
  const docs = values.docs ?? (scale === 1 ? resolve(root, "docs") : undefined);
  const wanted = (section: Section): boolean => values.only.split(",").includes(section);
  const on = machine(await withServer(async ({ version }) => version));
  const measured = <Name extends Section>(
    section: Name,
    result: Sections[Name],
    versions: Readonly<Record<string, string>> = {},
  ): Measured<Name> => ({ section, machine: on, versions, scale, rounds, parameters: PARAMETERS, result });
  const save = async <Name extends Section>(...taken: Parameters<typeof measured<Name>>): Promise<void> => {
    if (results === undefined) return;
    await saveMeasured(results, measured(...taken));
    if (docs !== undefined) await writePage(results, docs);
  };
  if (wanted("copy")) {
    const all = await contenders();
    const versions = Object.fromEntries([...all].map(([{ name }, version]) => [name, version] as const));
    const chosen = DATASETS.filter(({ name }) => values.datasets.split(",").includes(name));
    const copies: CopyResult[] = [];
    // What was measured is kept, whatever comes of the rest; so is what was measured before of others in the same way.
    const before = results && (await loadMeasured(results, "copy"));
    const same = before && isDeepStrictEqual({ ...before, result: [] }, measured("copy", [], versions));
    const kept = same
      ? before.result.filter(({ dataset }) => !chosen.some(({ name }) => name === dataset))
      : [];
    const order = DATASETS.map(({ name }) => name);
    for (const dataset of chosen) {
      copies.push(await compare(dataset, [...all.keys()], comparison));
      const known = [...kept, ...copies].sort((a, b) => order.indexOf(a.dataset) - order.indexOf(b.dataset));
      await save("copy", known, versions);
    }
    if (copies.some(({ failures }) => failures.some(({ contender }) => isRehome(contender))))
      process.exitCode = 1;
  }
  if (wanted("same-server")) await save("same-server", await sameServer(comparison));
  if (wanted("growth")) await growth(comparison, (found) => save("growth", found));
};

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void Promise.all([removeAll(), releaseMemory()]).finally(() => process.exit(1)));

main()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.stack : String(error));
    process.exitCode = 1;
  })
  .finally(releaseMemory);
