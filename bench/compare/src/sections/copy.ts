import { contentOf, differences } from "../content";
import { DATABASE, type Contender, type Took } from "../contenders/contender";
import type { Dataset } from "../datasets";
import { startServer, withServer, type Pair, type Server } from "../server";
import { emptyDatabase, settle, unfence } from "../stage";
import type { Comparison } from "./comparison";

/** One copy by one contender. */
export interface Lap extends Took {
  readonly contender: string;
  readonly round: number;
  /** Seconds of CPU that the servers used, verification included. */
  readonly serverCpu: { readonly source: number; readonly target: number };
}

/** A contender that could not. */
export interface Failure {
  readonly contender: string;
  readonly reason: string;
}

export interface CopyResult {
  readonly dataset: string;
  readonly what: string;
  readonly bytes: number;
  readonly tables: number;
  readonly laps: readonly Lap[];
  readonly failures: readonly Failure[];
}

/** Tables from which on the files of a copy are not deleted before the next: where many were, ext4 is slow to make new ones. */
const MANY = 1000;

/** Copies a data set with each contender in turn, and that as often as there are rounds; each copy is compared. */
export async function compare(
  dataset: Dataset,
  contenders: readonly Contender[],
  { scale, rounds, fill, tell }: Comparison,
): Promise<CopyResult> {
  return await withServer(async (source) => {
    await emptyDatabase(source, DATABASE);
    await dataset.make(source, DATABASE, scale);
    await settle(source, DATABASE);
    const [size] = await source.sql<{ bytes: string; tables: number }>(
      DATABASE,
      `SELECT sum(pg_total_relation_size(oid))::text AS bytes, count(*)::int AS tables FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
    );
    const { bytes = "0", tables = 0 } = size ?? {};
    const [whole, counts] = [
      await contentOf(source, DATABASE, true),
      await contentOf(source, DATABASE, false),
    ];
    const laps: Lap[] = [];
    const failures: Failure[] = [];
    const kept: Server[] = [];
    const turns = Array.from({ length: rounds }, (_, at) =>
      contenders.map((each) => [at + 1, each] as const),
    );
    for (const [round, contender] of turns.flat()) {
      if (failures.some((failure) => failure.contender === contender.name)) continue;
      const target = await startServer();
      if (tables > MANY) kept.push(target);
      await fill(source);
      try {
        const lap = await runLap({ source, target }, contender, round);
        const copied = await contentOf(target, DATABASE, round === 1);
        const wrong = differences(round === 1 ? whole : counts, copied);
        if (wrong.length > 0)
          throw new Error(`not copied whole, ${wrong.length} differences: ${wrong.slice(0, 2).join("; ")}`);
        laps.push(lap);
        tell(told(dataset.name, lap));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failures.push({ contender: contender.name, reason: reason.slice(-500) });
        tell(`${dataset.name} round ${round}: ${contender.name} failed: ${reason}`);
      }
      await (tables > MANY ? target.halt() : target.remove());
    }
    for (const target of kept) await target.remove();
    return { dataset: dataset.name, what: dataset.what, bytes: Number(bytes), tables, laps, failures };
  });
}

async function runLap(pair: Pair, contender: Contender, round: number): Promise<Lap> {
  await unfence(pair, DATABASE);
  await emptyDatabase(pair.target, DATABASE);
  const before = [pair.source.cpu(), pair.target.cpu()] as const;
  const took = await contender.copy(pair);
  const serverCpu = { source: pair.source.cpu() - before[0], target: pair.target.cpu() - before[1] };
  return { contender: contender.name, round, ...took, serverCpu };
}

function told(
  dataset: string,
  { contender, round, seconds, verify, clientCpu, serverCpu, stages }: Lap,
): string {
  const parts = Object.entries(stages ?? {}).map(([stage, time]) => `${stage} ${time.toFixed(1)}`);
  return [
    `${dataset} round ${round}: ${contender.padEnd(34)} ${seconds.toFixed(1)} s`,
    ...(verify === undefined ? [] : [`and ${verify.toFixed(1)} s of verification`]),
    `CPU: client ${clientCpu.toFixed(1)}, source ${serverCpu.source.toFixed(1)}, target ${serverCpu.target.toFixed(1)} s`,
    ...(parts.length === 0 ? [] : [parts.join(", ")]),
  ].join("; ");
}
