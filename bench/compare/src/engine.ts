import { move, planMove, reusingSessions, type MoveRequest, type Stage } from "@rehome/migration";

/** What the process is asked for on its standard input. */
export interface Order {
  readonly call: "move" | "plan";
  readonly requests: readonly MoveRequest[];
}

/** What it answers. */
export interface Answer {
  /** Seconds from the first stage's beginning to the end of the call, without the process' own start. */
  readonly seconds: number;
  /** Of each request. */
  readonly strategies: readonly string[];
  /** Seconds in each stage, of the last request. */
  readonly stages: Readonly<Partial<Record<Stage, number>>>;
  /** The largest resident set that the process has had, in bytes. */
  readonly resident: number;
}

/** The engine in a process of its own, as the product calls it, so that its time and memory are its alone. */
async function main(): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const order = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Order;
  const started = performance.now();
  const stages: Partial<Record<Stage, number>> = {};
  let at: { stage: Stage; since: number } | undefined;
  const enter = (stage: Stage | undefined): void => {
    const now = performance.now();
    if (at !== undefined && at.stage !== stage)
      stages[at.stage] = (stages[at.stage] ?? 0) + (now - at.since) / 1000;
    if (at?.stage !== stage) at = stage === undefined ? undefined : { stage, since: now };
  };
  const calls = { move, plan: (request: MoveRequest) => reusingSessions(() => planMove(request)) };
  const call = (request: MoveRequest): ReturnType<typeof move | typeof planMove> =>
    calls[order.call](request, ({ stage }) => enter(stage));
  // Moves wait for each other by themselves; plans are made one after the other, as Pulumi asks for them.
  const results: { readonly strategy: string }[] = [];
  if (order.call === "move") results.push(...(await Promise.all(order.requests.map(call))));
  else for (const request of order.requests) results.push(await call(request));
  enter(undefined);
  const answer: Answer = {
    seconds: (performance.now() - started) / 1000,
    strategies: results.map(({ strategy }) => strategy),
    stages,
    resident: process.resourceUsage().maxRSS * 1024,
  };
  process.stdout.write(JSON.stringify(answer));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : String(error));
  process.exitCode = 1;
});
