/** How fast rows may be copied, by all of a run's streams together. */
export class Pace {
  private free = 0;
  private held: Promise<void> | undefined;
  private release: (() => void) | undefined;

  /**
   * @param rate bytes per second; undefined for as fast as it goes
   * @param now milliseconds, of any clock that only goes forward
   */
  constructor(
    private readonly rate?: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes bytes into account that have just come; returns the milliseconds to wait before the next may. */
  after(bytes: number): number {
    if (this.rate === undefined) return 0;
    const now = this.now();
    this.free = Math.max(this.free, now) + (bytes / this.rate) * 1000;
    return this.free - now;
  }

  /** Stops all streams, or lets them go on. */
  hold(stop: boolean): void {
    if (stop) this.held ??= new Promise((resolve) => (this.release = resolve));
    else {
      this.release?.();
      this.held = this.release = undefined;
    }
  }

  get isHeld(): boolean {
    return this.held !== undefined;
  }

  /** What a stream waits for after a chunk; undefined when it need not. */
  wait(bytes: number): Promise<unknown> | undefined {
    const pause = this.after(bytes);
    if (pause < 1 && this.held === undefined) return undefined;
    const paused = pause < 1 ? undefined : new Promise((resolve) => setTimeout(resolve, pause));
    return Promise.all([paused, this.held]);
  }
}
