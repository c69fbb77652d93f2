import type { Client } from "pg";
import type { Server } from "../server";
import { sleep } from "../wait";
import { nothing, type Fault, type Scene } from "./fault";

const side = (scene: Scene, which: "source" | "target"): Server =>
  which === "source" ? scene.from.server : scene.to.server;

export const engineKilled: Fault = {
  kind: "engine killed",
  lasts: 0,
  inject: async ({ engine }) => {
    engine.signal("SIGKILL");
    return nothing;
  },
};

export const engineStopped: Fault = {
  kind: "engine stopped for a while",
  lasts: 1500,
  inject: async ({ engine }) => {
    engine.signal("SIGSTOP");
    return async () => engine.signal("SIGCONT");
  },
};

const serverKilled = (which: "source" | "target"): Fault => ({
  kind: `${which} server killed`,
  lasts: 1500,
  inject: async (scene) => {
    const server = side(scene, which);
    server.crash();
    return () => server.revive();
  },
});

const diskFull = (which: "source" | "target"): Fault => ({
  kind: `${which} disk full`,
  lasts: 2500,
  inject: async (scene) => {
    const server = side(scene, which);
    await server.disk?.fill();
    return async () => {
      await server.disk?.free();
      await server.revive(); // a server that cannot write its log ends itself
    };
  },
});

const connectionsExhausted = (which: "source" | "target"): Fault => ({
  kind: `${which} connections exhausted`,
  lasts: 2500,
  inject: async (scene) => {
    const server = side(scene, which);
    const held: Client[] = [];
    try {
      for (;;) held.push(await server.connect("postgres"));
    } catch {
      // all taken
    }
    return async () => {
      await Promise.all(held.map((client) => client.end().catch(() => undefined)));
    };
  },
});

const sessionEnded = (which: "source" | "target"): Fault => ({
  kind: `${which} session ended`,
  lasts: 0,
  inject: async (scene) => {
    const server = side(scene, which);
    const database = which === "source" ? scene.from.database : scene.to.database;
    const sessions = await server.sql<{ pid: number }>(
      "postgres",
      `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'rehome%' AND datname = '${database}' ORDER BY backend_start`,
    );
    if (sessions.length === 0) return nothing;
    const { pid } = scene.random.pick(sessions);
    await server.sql("postgres", `SELECT pg_terminate_backend(${pid})`);
    return nothing;
  },
});

export const secondRun: Fault = {
  kind: "second run",
  lasts: 0,
  inject: async ({ startSecond, random }) => {
    startSecond();
    await sleep(random.between(0, 300));
    return nothing;
  },
};

export const processFaults = (disks: boolean): Fault[] => [
  engineKilled,
  engineStopped,
  serverKilled("source"),
  serverKilled("target"),
  ...(disks ? [diskFull("source"), diskFull("target")] : []),
  connectionsExhausted("source"),
  connectionsExhausted("target"),
  sessionEnded("source"),
  sessionEnded("target"),
  secondRun,
];
