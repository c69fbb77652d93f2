import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { sleep } from "./wait";

/** What the network does to what passes: nothing, all of it late, little at a time, nothing passes, nothing comes back. */
export type Weather =
  | { readonly kind: "fair" }
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "throttle"; readonly bytesPerSecond: number }
  | { readonly kind: "black-hole" }
  | { readonly kind: "half-open" };

/** Called with each piece that the engine sends, before it is passed on; `after` is called once it has been. */
export type Watcher = () => Promise<{ readonly after?: () => Promise<void> } | undefined>;

interface Link {
  readonly near: Socket;
  readonly far: Socket;
}

/** The network between the engine and one server. */
export class Proxy {
  private weather: Weather = { kind: "fair" };
  private changed: (() => void)[] = [];
  private readonly links = new Set<Link>();
  private readonly listener = createServer((near) => this.accept(near));
  private watcher: Watcher | undefined;
  port = 0;

  constructor(private readonly to: { readonly host: string; readonly port: number }) {}

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.listener.listen(0, "127.0.0.1", resolve));
    this.port = (this.listener.address() as AddressInfo).port;
    return this;
  }

  watch(watcher: Watcher | undefined): void {
    this.watcher = watcher;
  }

  turn(weather: Weather): void {
    this.weather = weather;
    for (const wake of this.changed.splice(0)) wake();
  }

  /** Resets every connection that there is. */
  reset(): void {
    for (const { near, far } of this.links) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
    this.links.clear();
  }

  async close(): Promise<void> {
    this.turn({ kind: "fair" });
    this.reset();
    await new Promise<void>((resolve) => this.listener.close(() => resolve()));
  }

  private accept(near: Socket): void {
    const far = connect(this.to.port, this.to.host);
    const link = { near, far };
    this.links.add(link);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on("error", () => undefined); // its close says the same
    }
    void this.pump(near, far, true).finally(() => this.links.delete(link));
    void this.pump(far, near, false);
  }

  /** Passes on what comes, in order, as the weather allows; an end is passed on too, a reset as a reset. */
  private async pump(from: Socket, to: Socket, outward: boolean): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        const told = outward ? await this.watcher?.() : undefined;
        await this.pass(outward, chunk.length);
        if (to.destroyed) break;
        if (!to.write(chunk))
          await new Promise((resolve) => to.once("drain", resolve).once("close", resolve));
        await told?.after?.();
      }
      await this.pass(outward, 0);
      to.end();
    } catch {
      to.resetAndDestroy();
    }
  }

  private async pass(outward: boolean, bytes: number): Promise<void> {
    for (;;) {
      const { weather } = this;
      if (weather.kind === "fair") return;
      if (weather.kind === "half-open" && outward) return;
      if (weather.kind === "delay") return await sleep(weather.ms);
      if (weather.kind === "throttle") return await sleep((bytes / weather.bytesPerSecond) * 1000);
      await new Promise<void>((resolve) => this.changed.push(resolve));
    }
  }
}
