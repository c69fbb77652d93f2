import type { Proxy, Weather } from "../proxy";
import { nothing, type Fault, type Scene } from "./fault";

type Side = "source" | "target";
const proxyAt = (scene: Scene, side: Side): Proxy =>
  scene.world.proxyOf(side === "source" ? scene.from : scene.to);

const reset = (side: Side): Fault => ({
  kind: `${side} network reset`,
  lasts: 0,
  inject: async (scene) => {
    proxyAt(scene, side).reset();
    return nothing;
  },
});

/** Bad weather that passes; connections that have waited through it are cut when `cuts`. */
const weather = (side: Side, name: string, what: Weather, lasts: number, cuts: boolean): Fault => ({
  kind: `${side} network ${name}`,
  lasts,
  inject: async (scene) => {
    const proxy = proxyAt(scene, side);
    proxy.turn(what);
    return async () => {
      if (cuts) proxy.reset();
      proxy.turn({ kind: "fair" });
    };
  },
});

const SIDES: readonly Side[] = ["source", "target"];

export const networkFaults: Fault[] = SIDES.flatMap((side) => [
  reset(side),
  weather(side, "black hole, cut", { kind: "black-hole" }, 1500, true),
  weather(side, "black hole, healed", { kind: "black-hole" }, 1500, false),
  weather(side, "half-open", { kind: "half-open" }, 1500, true),
  weather(side, "delayed", { kind: "delay", ms: 25 }, 2500, false),
  weather(side, "throttled", { kind: "throttle", bytesPerSecond: 60_000 }, 2500, false),
]);
