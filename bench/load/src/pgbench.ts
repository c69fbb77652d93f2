import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type pg from "pg";
import { DATABASE, ROLE, type Home } from "./service";

const CLIENTS = 4;

/** PostgreSQL's own benchmark as a second client of the same service: it ends when it is refused, and is begun again. */
export class Pgbench {
  /** How often it was begun. */
  runs = 0;
  private child: ChildProcess | undefined;
  private stopped = false;
  private done: Promise<void> = Promise.resolve();

  constructor(
    private readonly program: string,
    private readonly handedOut: () => Home,
  ) {}

  /** Makes its tables. @param scale 100,000 accounts each */
  async prepare(scale: number): Promise<void> {
    const status = await this.run(["-i", "-q", "-s", String(scale)]);
    if (status !== 0) throw new Error(`pgbench -i ended with status ${status}`);
    this.runs = 0;
  }

  start(): void {
    this.done = this.again();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.child?.kill("SIGINT");
    await this.done;
  }

  private async again(): Promise<void> {
    while (!this.stopped) {
      await this.run(["-n", "-c", String(CLIENTS), "-T", "100000"]);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private async run(args: readonly string[]): Promise<number> {
    const { server, schema } = this.handedOut();
    this.runs += 1;
    this.child = spawn(this.program, [...args, DATABASE], {
      stdio: "ignore",
      env: {
        ...process.env,
        ...{ PGHOST: server.host, PGPORT: String(server.port), PGUSER: ROLE.user, PGPASSWORD: ROLE.password },
        PGOPTIONS: `-c search_path=${schema}`,
      },
    });
    const [status] = (await once(this.child, "exit")) as [number | null];
    return status ?? 0;
  }
}

/** What pgbench promises of its tables: every sum is the same. */
export async function agrees(client: pg.Client): Promise<{ agree: boolean; transactions: number }> {
  const { rows } = await client.query<{ sums: string[]; transactions: string }>(
    `SELECT ARRAY[(SELECT sum(abalance) FROM pgbench_accounts), (SELECT sum(tbalance) FROM pgbench_tellers),
       (SELECT sum(bbalance) FROM pgbench_branches), coalesce(sum(delta), 0)]::text[] AS sums, count(*)::text AS transactions
     FROM pgbench_history`,
  );
  return { agree: new Set(rows[0]?.sums).size === 1, transactions: Number(rows[0]?.transactions) };
}
