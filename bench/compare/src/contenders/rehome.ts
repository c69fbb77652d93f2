import { join } from "node:path";
import type { Endpoint, MoveRequest } from "@rehome/migration";
import type { Answer, Order } from "../engine";
import { runProgram, type Ended } from "../program";
import { OWNER, type Server } from "../server";
import { DATABASE, REHOME, type Contender } from "./contender";

export const endpoint = (server: Server, place: Partial<Endpoint> = {}): Endpoint => ({
  host: `port-${server.port}`,
  server: { host: server.host, port: server.port, user: server.user, password: server.password },
  ...{ database: DATABASE, schema: "public", owner: OWNER },
  ...place,
});

/** Runs the engine in a process of its own. */
export async function runEngine(order: Order): Promise<Answer & Pick<Ended, "cpu"> & { whole: number }> {
  const ended = await runProgram({
    script: `"$1" "$2"`,
    args: [process.execPath, join(__dirname, "..", "engine.js")],
    input: JSON.stringify(order),
  });
  return { ...(JSON.parse(ended.output) as Answer), cpu: ended.cpu, whole: ended.seconds };
}

/**
 * Rehome's own engine: a whole move, from the first look to the hand-out, fence and journal included.
 * @param server whose the new home's server is: anybody's, or Rehome's own, which it restarts for the load and after it
 */
export const rehome = (jobs: number, server: "any" | "own"): Contender => ({
  name: server === "any" ? REHOME : `${REHOME}, own server`,
  version: async () => process.version.replace(/^v/, "Node "),
  copy: async ({ source, target }) => {
    const place = server === "any" ? {} : { cluster: target.directory };
    const options = { mode: "offline", verify: "checksum", jobs } as const;
    const request: MoveRequest = {
      dataset: "bench",
      ...{ from: endpoint(source), to: endpoint(target, place), options },
    };
    const { whole, stages, resident, cpu } = await runEngine({ call: "move", requests: [request] });
    const verify = stages.verify ?? 0;
    return { seconds: whole - verify, verify, clientCpu: cpu, resident, stages };
  },
});
