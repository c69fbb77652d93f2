import { followMove, move, prove, type MoveRequest } from "@rehome/migration";
import { readEntries, type Verdict } from "./book";
import { agrees, Pgbench } from "./pgbench";
import { startServer } from "./server";
import { connect, endpoint, makeService, type Home } from "./service";
import { Writer } from "./writer";

export interface Load {
  /** How many acknowledged writes to wait for before the last switch. */
  readonly writes: number;
  readonly writers: number;
  /** Rows that are only carried along. */
  readonly rows: number;
  /** pgbench's scale; 0: without it. */
  readonly scale: number;
  readonly pgbench: string;
  readonly tell: (line: string) => void;
}

export interface Outcome extends Verdict {
  readonly acknowledged: number;
  readonly transfers: number;
  /** Whether accounts and transfers agree, and no acknowledged transfer is missing. */
  readonly balanced: boolean;
  /** Absent without pgbench. */
  readonly pgbench?: { readonly agree: boolean; readonly transactions: number; readonly runs: number };
  /** Milliseconds from a writer's last acknowledged write in one home to its first in the next, of each writer at each switch; ascending. */
  readonly pauses: readonly number[];
  /** Milliseconds that a writer waited at most at any other time, while nobody kept it from writing. */
  readonly longestWait: number;
  /** Seconds from fence to hand-out, of each switch. */
  readonly fences: readonly number[];
  /** Bytes of the service's tables. */
  readonly bytes: number;
}

/** Prepares a service, switches it, rolls it back and switches it again, while its clients write without pause. */
export async function run({
  writes,
  writers: count,
  rows,
  scale,
  pgbench: program,
  tell,
}: Load): Promise<Outcome> {
  const servers = [await startServer(), await startServer()] as const;
  const [a, b]: [Home, Home] = [
    { server: servers[0], schema: "public" },
    { server: servers[1], schema: "core" },
  ];
  let handedOut = a;
  const home = (): Home => handedOut;
  const pgbench = new Pgbench(program, home);
  const writers: Writer[] = [];
  try {
    await makeService(a, b, rows);
    if (scale > 0) await pgbench.prepare(scale);
    for (let id = 0; id < count; id += 1) writers.push(new Writer(id, home));
    if (scale > 0) pgbench.start();
    const acknowledged = (): number => writers.reduce((sum, { book }) => sum + book.acknowledged, 0);
    const until = async (enough: number): Promise<void> => {
      while (acknowledged() < enough) await new Promise((resolve) => setTimeout(resolve, 100));
    };
    const options = { mode: "online", verify: "checksum", fenceTimeout: 30_000 } as const;
    const request = (from: Home, to: Home): MoveRequest => ({
      ...{
        dataset: "bank",
        from: endpoint(from === a ? "a" : "b", from),
        to: endpoint(to === a ? "a" : "b", to),
        options,
      },
    });
    await until(writes / 5);
    const began = performance.now();
    await followMove(request(a, b));
    tell(
      `prepared in ${((performance.now() - began) / 1000).toFixed(1)} s, ${acknowledged()} writes acknowledged so far`,
    );
    const fences: number[] = [];
    for (const [leg, [from, to]] of (
      [
        [a, b],
        [b, a],
        [a, b],
      ] as const
    ).entries()) {
      await until((writes * (2 + leg)) / 5);
      const { fenceSeconds } = await move(request(from, to));
      handedOut = to;
      const sofar = acknowledged();
      const back = (): boolean => writers.every(({ pauses }) => pauses.length === leg + 1);
      while (!back()) await new Promise((resolve) => setTimeout(resolve, 100));
      const paused = writers.map(({ pauses }) => pauses[leg] ?? NaN);
      fences.push(fenceSeconds);
      tell(
        `switched: fence ${fenceSeconds.toFixed(2)} s, longest pause of a client ${Math.max(...paused).toFixed(0)} ms, ${sofar} writes`,
      );
      await prove(request(from, to));
      tell("proved, while the clients went on");
    }
    await until(writes);
    await Promise.all(writers.map((writer) => writer.stop()));
    await pgbench.stop();
    const client = await connect(handedOut);
    try {
      const verdict = { lost: 0, changed: 0, unknown: 0 };
      for (const { id, book } of writers) {
        const one = book.compare(await readEntries(client, id));
        for (const key of ["lost", "changed", "unknown"] as const) verdict[key] += one[key];
      }
      const [sums] = (
        await client.query<{ off: string; transfers: string; bytes: string }>(
          `SELECT (SELECT count(*) FROM accounts a WHERE balance <> coalesce((SELECT sum(amount) FROM transfers t WHERE t.target = a.id), 0)
             - coalesce((SELECT sum(amount) FROM transfers t WHERE t.source = a.id), 0))::text AS off,
             (SELECT count(*) FROM transfers)::text AS transfers,
             (SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r')::text AS bytes`,
        )
      ).rows;
      const told = writers.reduce((sum, { transfers }) => sum + transfers, 0);
      const doubted = writers.reduce((sum, writer) => sum + writer.doubted, 0);
      const there = Number(sums?.transfers);
      return {
        ...verdict,
        acknowledged: acknowledged(),
        transfers: told,
        balanced: sums?.off === "0" && there >= told && there <= told + doubted,
        ...(scale > 0 ? { pgbench: { ...(await agrees(client)), runs: pgbench.runs } } : {}),
        pauses: writers.flatMap(({ pauses }) => pauses).sort((one, other) => one - other),
        longestWait: Math.max(...writers.map(({ longestWait }) => longestWait)),
        fences,
        bytes: Number(sums?.bytes),
      };
    } finally {
      await client.end();
    }
  } finally {
    await Promise.all(writers.map((writer) => writer.stop()));
    await pgbench.stop();
    await Promise.all(servers.map((server) => server.remove()));
  }
}
