import type { MoveRequest } from "@rehome/migration";
import { DATABASE } from "../contenders/contender";
import { endpoint, runEngine } from "../contenders/rehome";
import { makeHuge } from "../datasets/huge";
import { sized } from "../datasets/dataset";
import { withServer, type Server } from "../server";
import { emptyDatabase, settle, unfence } from "../stage";
import type { Comparison } from "./comparison";

/** One move inside one server. */
export interface InsideLap {
  readonly way: "copy" | "template" | "set-schema";
  readonly round: number;
  readonly rows: number;
  readonly bytes: number;
  /** Wall time of the move, verification included: with the files copied, that is what is compared. */
  readonly seconds: number;
  /** Without the verification. */
  readonly moving: number;
}

/** Rows of the smaller size; the other has ten times as many. */
const ROWS = 1_000_000;
const OTHER = "other";

/** Moves one table inside one server: to another database by its rows and by its files, and to another schema. */
export async function sameServer({ scale, rounds, fill, tell }: Comparison): Promise<InsideLap[]> {
  const laps: InsideLap[] = [];
  for (const rows of [sized(ROWS, scale, 1000), sized(10 * ROWS, scale, 10_000)]) {
    await withServer(async (server) => {
      await emptyDatabase(server, DATABASE);
      await makeHuge(server, DATABASE, rows);
      await settle(server, DATABASE);
      const [size] = await server.sql<{ bytes: string }>(
        DATABASE,
        "SELECT pg_total_relation_size('events')::text AS bytes",
      );
      for (let round = 1; round <= rounds; round += 1) {
        for (const way of ["copy", "template", "set-schema"] as const) {
          await fill(server);
          const { seconds, stages } = await moveInside(server, way);
          const bytes = Number(size?.bytes ?? 0);
          laps.push({ way, round, rows, bytes, seconds, moving: seconds - (stages.verify ?? 0) });
          tell(`same server, ${rows} rows, round ${round}: ${way} ${seconds.toFixed(2)} s`);
        }
      }
    });
  }
  return laps;
}

async function moveInside(server: Server, way: InsideLap["way"]): ReturnType<typeof runEngine> {
  await unfence({ source: server }, DATABASE);
  if (way !== "set-schema") await emptyDatabase(server, OTHER);
  const options = { mode: "offline", verify: "checksum", jobs: 2 } as const;
  const to =
    way === "set-schema" ? { schema: "moved" } : { database: OTHER, ownDatabase: way === "template" };
  const request: MoveRequest = {
    ...{ dataset: "bench", from: endpoint(server), to: endpoint(server, to) },
    options: way === "copy" ? { ...options, strategy: "copy" } : options,
  };
  const answer = await runEngine({ call: "move", requests: [request] });
  if (answer.strategies[0] !== way)
    throw new Error(`the move went by ${answer.strategies[0]}, not by ${way}`);
  if (way === "set-schema") await back(server);
  return answer;
}

/** Puts the tables back where the next round expects them. */
async function back(server: Server): Promise<void> {
  await server.sql(DATABASE, "DROP SCHEMA rehome CASCADE");
  await server.sql(DATABASE, "ALTER TABLE moved.events SET SCHEMA public; DROP SCHEMA moved");
}
