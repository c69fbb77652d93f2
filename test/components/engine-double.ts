import type { Finding, LinkHealth, MoveRequest, MoveResult, OwnedTable, Report } from "@rehome/migration";
import type { MigrationInputs } from "../../components/src/migration/inputs";

/** The engine at its own interface: what it is asked, and what it answers. */
export const engine = {
  asked: [] as [string, unknown][],
  findings: [] as Finding[],
  unreachable: undefined as Finding | undefined,
  /** The host that alone is not reached; absent: none, or all. */
  silent: undefined as string | undefined,
  released: true,
  recorded: undefined as MoveResult | undefined,
  /** What the journal says of a home that was opened again. */
  reopened: undefined as MoveResult | undefined,
  failure: undefined as Error | undefined,
  /** What the engine fails with at one end, by its host. */
  ends: {} as Record<string, Error>,
  /** The hosts whose fences stay. */
  fenced: [] as string[],
  health: undefined as LinkHealth | undefined | Error,
  unreadable: [] as OwnedTable[],
};
/** What the provider told whoever runs it. */
export const said: string[] = [];

/** In the place of `@rehome/migration`. */
export const migration = {
  reusingSessions: (work: () => unknown) => work(),
  checkConnection: ({ host }: { host: string }) =>
    Promise.resolve(engine.silent === undefined || engine.silent === host ? engine.unreachable : undefined),
  planMove: (request: MoveRequest) => {
    engine.asked.push(["plan", request]);
    return Promise.resolve({ findings: engine.findings });
  },
  recordedMove: () => Promise.resolve(engine.recorded),
  reopenedHome: () => Promise.resolve(engine.reopened),
  formatPlan: () => "the plan",
  unreadableTables: (at: object, role: string) => {
    engine.asked.push(["unreadable", [at, role]]);
    return Promise.resolve(engine.unreadable);
  },
  move: (request: MoveRequest, report: Report) => {
    engine.asked.push(["move", request]);
    const progress = { dataset: "core", tablesDone: 0, tablesTotal: 1, bytesDone: 0, bytesTotal: 1, rate: 0 };
    report({ ...progress, stage: "copy" });
    return engine.failure ? Promise.reject(engine.failure) : Promise.resolve({ clean: true, rows: 7 });
  },
  release: (query: unknown) => {
    engine.asked.push(["release", query]);
    const reason = engine.reopened === undefined ? "not verified yet" : "it is lost";
    const { released, reopened, silent } = engine;
    const facts = { ...(reopened && { lost: true }), ...(silent === "old" && { silent: true }) };
    return Promise.resolve({ released, reason, ...facts });
  },
  retire: (query: unknown) => {
    engine.asked.push(["retire", query]);
    return Promise.resolve();
  },
  abandonAt: (_dataset: string, here: { host: string }) => {
    engine.asked.push(["abandonAt", here.host]);
    const failure = engine.ends[here.host];
    return failure ? Promise.reject(failure) : Promise.resolve(engine.fenced.includes(here.host));
  },
  isSilence: ({ code }: { code?: string }) => code === "unreachable",
  formatCount: String,
  formatBytes: (bytes: number) => `${bytes} B`,
  followHealth: () =>
    engine.health instanceof Error ? Promise.reject(engine.health) : Promise.resolve(engine.health),
  ...Object.fromEntries(
    ["followMove", "stopFollowing", "prove"].map((verb) => [
      verb,
      (request: unknown) => {
        engine.asked.push([verb, request]);
        return engine.failure ? Promise.reject(engine.failure) : Promise.resolve();
      },
    ]),
  ),
};
const say = (line: string): void => void said.push(line);
/** In the place of `@pulumi/pulumi`. */
export const pulumi = { log: { info: say, warn: say } };

export const A = { host: "old", database: "core_db", schema: "public" };
export const B = { host: "new", database: "erp", schema: "core" };
export const servers = {
  old: { host: "127.0.0.1", port: 1, user: "postgres", password: "hidden" },
  new: { host: "127.0.0.1", port: 2, user: "postgres", password: "hidden" },
};
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
export const inputs = (given: Partial<MigrationInputs>): MigrationInputs => ({
  ...{ dataset: "core", owner: "core_user", home: A, options: { mode: "offline", verify: "checksum" } },
  ...{ homeServer: servers.old, nextServer: {}, formerlyServer: {} },
  ...{ custody: { old: "dropped", new: "rehome" }, ownDatabases: [], declaredOn: [] },
  ...given,
});
export const atA = inputs({});
export const movedToB = inputs({
  home: B,
  formerly: A,
  homeServer: servers.new,
  formerlyServer: servers.old,
});
export const atB = inputs({ home: B, homeServer: servers.new });
export const end = (placement: typeof A) => ({
  ...placement,
  server: servers[placement.host as "old"],
  owner: "core_user",
});

/** Makes the engine one that was asked nothing, and finds nothing. */
export const reset = (): void => {
  Object.assign(engine, {
    asked: [],
    findings: [],
    unreachable: undefined,
    unreadable: [],
    released: true,
    recorded: undefined,
    reopened: undefined,
    silent: undefined,
    failure: undefined,
    ends: {},
    fenced: [],
    health: undefined,
  });
  said.length = 0;
};
