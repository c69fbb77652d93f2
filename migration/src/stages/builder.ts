import type pg from "pg";
import { batchesOf } from "../batches";
import { SMALL } from "../copy/units";
import { sessionsAtWork } from "../plan/needs";
import { SHARE, openBuilder, pendingStatements, runNoted, type Noted } from "./noted";
import { analyze } from "./analyze";
import type { Run } from "./run";

/** What one worker takes at a time: a statement of a big table, or all those of some small ones; then statistics. */
interface Unit {
  readonly statements: readonly Noted[];
  readonly analyze: readonly string[];
  /** The big table that it is of. */
  readonly table?: string;
}

/** Small tables in one unit: few enough for what is held in one transaction. */
const TABLES = 50;

/** Adding a constraint keeps everyone else from its table; to build an index does not. */
const isAlone = ({ sql }: Noted): boolean => /^ALTER /.test(sql);

/** Whether several processes can build it. */
const isShared = ({ sql }: Noted): boolean => !/ USING (?!btree\b)/.test(sql);

/** What nobody can help with comes before what the last ones share. */
const turnOf = (statement: Noted): number => (isAlone(statement) ? 0 : isShared(statement) ? 2 : 1);

/**
 * Builds the indexes and keys of tables whose rows are whole, and collects their statistics, while other tables are still
 * being copied. The run's jobs share what there is; a build that is the last one gets the others' share of it.
 */
export class Builder {
  readonly analyzed = new Set<string>();
  private readonly units: Unit[] = [];
  private readonly running: Unit[] = [];
  private readonly workers: Promise<void>[] = [];
  private readonly clients = new Set<pg.Client>();
  private failed: { readonly error: unknown } | undefined;
  private open = true;
  private wake: () => void = () => undefined;
  private changed = Promise.resolve();

  private constructor(
    private readonly run: Run,
    /** Statements still to be run, by their table. */
    private readonly pending: Map<string | null, Noted[]>,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.change();
  }

  /** @param onFailure told at once what the first build that fails does so with */
  static async begin(run: Run, onFailure: (error: unknown) => void): Promise<Builder> {
    const pending = new Map<string | null, Noted[]>();
    for (const statement of await pendingStatements(run, { indexes: true })) {
      const others = pending.get(statement.relation);
      if (others === undefined) pending.set(statement.relation, [statement]);
      else others.push(statement);
    }
    return new Builder(run, pending, onFailure);
  }

  /** Statements that are not done yet. */
  get left(): number {
    const waiting = [...this.pending.values()].reduce((sum, { length }) => sum + length, 0);
    return [...this.units, ...this.running].reduce((sum, { statements }) => sum + statements.length, waiting);
  }

  /** Takes on tables whose rows are here. */
  whole(tables: readonly string[]): void {
    if (this.failed !== undefined) return;
    const bytes = new Map(this.run.inspection.relations.map((relation) => [relation.name, relation.bytes]));
    const small = tables.filter((name) => (bytes.get(name) ?? 0) < SMALL);
    for (const table of tables) {
      if ((bytes.get(table) ?? 0) < SMALL) continue;
      const statements = this.take(table);
      const ordered = [...statements].sort((one, other) => turnOf(one) - turnOf(other));
      this.units.push(...ordered.map((statement) => ({ statements: [statement], analyze: [], table })));
      if (statements.length === 0) this.units.push({ statements: [], analyze: [table], table });
    }
    for (const some of batchesOf(small, TABLES)) {
      this.units.push({ statements: some.flatMap((table) => this.take(table)), analyze: some });
    }
    const wanted = Math.min(this.most, this.running.length + this.units.length);
    while (this.workers.length < wanted) this.workers.push(this.work());
    this.change();
  }

  /** Builds the rest too, that of tables without rows of their own; resolves when all is done. */
  async finish(): Promise<void> {
    const rest = [...this.pending.values()].flat();
    this.pending.clear();
    this.units.push(...rest.map((statement) => ({ statements: [statement], analyze: [] })));
    this.open = false;
    this.whole([]);
    await Promise.all(this.workers);
    if (this.failed !== undefined) throw this.failed.error;
  }

  /** Begins nothing more, and ends what is under way. */
  async stop(error: unknown): Promise<void> {
    this.fail(error);
    await Promise.all(this.workers);
  }

  /** What the others are at may take hours, and is for nothing. */
  private fail(error: unknown): void {
    if (this.failed !== undefined) return;
    this.failed = { error };
    for (const client of this.clients) void client.end().catch(() => undefined);
    this.change();
    this.onFailure(error);
  }

  /** Workers at a time: more once nobody copies any more, for indexes of small tables wait for the disk, one after the other. */
  private get most(): number {
    const { jobs } = this.run;
    const small = [...this.units, ...this.running].every(({ table }) => table === undefined);
    return this.open || !small ? jobs : sessionsAtWork(jobs);
  }

  /**
   * What a build gets that begins now. Once nothing waits, the last ones share what is idle; and after the rows each of
   * them has a helper at least, for who ends first leaves a core to the others.
   */
  private get share(): { memory: number; helpers: number } {
    const { jobs } = this.run;
    const idle = this.units.length === 0 ? Math.max(0, jobs - this.running.length) : 0;
    const least = this.open || this.units.length > 0 || jobs === 1 ? 0 : 1;
    return { memory: 1 + idle, helpers: Math.max(idle, least) };
  }

  private take(table: string): Noted[] {
    const statements = this.pending.get(table) ?? [];
    this.pending.delete(table);
    return statements;
  }

  /** Wakes the workers that wait for something to do. */
  private change(): void {
    this.wake();
    this.changed = new Promise((resolve) => (this.wake = resolve));
  }

  private async work(): Promise<void> {
    let client: pg.Client | undefined;
    try {
      for (;;) {
        const at = this.failed === undefined ? this.units.findIndex((unit) => this.mayRun(unit)) : -1;
        const unit = at < 0 ? undefined : this.units.splice(at, 1)[0];
        if (unit === undefined) {
          if (this.failed !== undefined || (!this.open && this.units.length === 0)) return;
          await this.changed;
          continue;
        }
        this.running.push(unit);
        client ??= await openBuilder(this.run);
        this.clients.add(client);
        if (this.failed !== undefined) return;
        await this.build(client, unit);
        this.running.splice(this.running.indexOf(unit), 1);
        this.built(unit);
        this.change();
      }
    } catch (error) {
      this.fail(error);
    } finally {
      await client?.end().catch(() => undefined);
    }
  }

  /** Whether nobody is at work who would have to be waited for. */
  private mayRun({ table, statements }: Unit): boolean {
    const beside = this.running.filter((unit) => table !== undefined && unit.table === table);
    if (beside.length === 0) return true;
    const alone = [...statements, ...beside.flatMap((unit) => unit.statements)].some(isAlone);
    return !alone;
  }

  private async build(client: pg.Client, { statements, analyze: tables }: Unit): Promise<void> {
    if (statements.length > 0) {
      await client.query(SHARE(this.share));
      await runNoted(client, this.run, statements);
      if (this.run.progress.at === "index") this.run.progress.tablesDone(statements.length);
    }
    await analyze(client, this.run, tables);
    for (const table of tables) this.analyzed.add(table);
  }

  /** The statistics of a big table are collected once its last index is there: some are of the index. */
  private built({ table, statements }: Unit): void {
    if (table === undefined || statements.length === 0) return;
    if ([...this.units, ...this.running].some((unit) => unit.table === table)) return;
    this.units.push({ statements: [], analyze: [table], table });
  }
}
