import type { Reporter, SerializedError, TestModule } from "vitest/node";

/**
 * Prints `N passed, N failed` (`, N skipped` when any) as the run's very last line. What failed outside of a test, a
 * file that does not load or a rejection nobody handled, counts as failed: such a run must not look passed.
 */
export default class ClosingLine implements Reporter {
  private passed = 0;
  private failed = 1; // a run that never comes to its end
  private skipped = 0;

  onTestRunStart(): void {
    process.once("exit", () => process.stdout.write(`${this.line()}\n`));
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    this.passed = this.skipped = 0;
    this.failed = unhandled.length;
    for (const module of modules) this.count(module);
  }

  private count(module: TestModule): void {
    const before = this.failed;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") this.passed += 1;
      else if (state === "failed") this.failed += 1;
      else this.skipped += 1;
    }
    if (this.failed === before && module.state() === "failed") this.failed += 1;
  }

  private line(): string {
    const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : "";
    return `${this.passed} passed, ${this.failed} failed${skipped}`;
  }
}
